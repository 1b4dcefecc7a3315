"""The only door between controller and simulator: the bench that joins them, the pulses it saw, and the patients."""

from nmes.trial.bench.devices import Device, new_device
from nmes.trial.bench.joint import (
    DEFAULT_ABSENT_MS,
    Bench,
    ForgetfulSink,
    Line,
    MemorySink,
    attended_on_bench,
    bench_with_record,
    device_with_trace,
    forgetful,
)

__all__ = [
    "DEFAULT_ABSENT_MS",
    "Bench",
    "Device",
    "ForgetfulSink",
    "Line",
    "MemorySink",
    "attended_on_bench",
    "bench_with_record",
    "device_with_trace",
    "forgetful",
    "new_device",
]
