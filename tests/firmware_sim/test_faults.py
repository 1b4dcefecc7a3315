"""Faults put in from outside take effect, and can be shown to have done so."""

from firmware_sim.device import State
from firmware_sim.sciencemode4 import framing

S = 1_000_000


def test_a_mute_device_executes_and_answers_nothing(bench):
    bench.device.faults.mute = True
    assert bench.update({1: bench.Ch()}) is None
    assert bench.device.next_due_us() is None
    assert bench.device.state is State.ML_RUN
    assert bench.device.faults.effects["mute"] == 1


def test_a_deaf_device_gives_pulses_until_its_dead_man_fires(bench):
    bench.update({1: bench.Ch()})
    bench.device.faults.deaf = True
    assert bench.send(34, at_us=S) is None
    bench.run(5 * S)
    assert S < bench.times()[-1] < 2 * S
    assert bench.device.faults.effects["deaf"] == 1


def test_a_device_stuck_in_reset_is_silent_on_the_line_and_at_the_skin(bench):
    bench.update({1: bench.Ch()})
    bench.run(S)
    bench.device.faults.stuck_in_reset = True
    assert bench.poll(int(1.1 * S), 4) is None
    bench.run(2 * S)
    assert bench.times()[-1] == S
    bench.device.faults.stuck_in_reset = False
    assert bench.status() == (0, 1)
    bench.run(4 * S)
    assert bench.times()[-1] == S
    assert bench.device.faults.effects["stuck_in_reset"] == 1


def test_garbage_ahead_of_a_reply_leaves_the_reply_whole(bench):
    bench.device.faults.garbage_before = b"\x00\x81noise"
    raw = bench.raw(framing.encode(7, 62))
    assert raw.startswith(b"\x00\x81noise")
    assert framing.Receiver().feed(raw) == [framing.Frame(7, 63, b"\0\2\6")]
    assert bench.device.faults.effects["garbage_before"] == 1


def test_garbage_inside_a_reply_destroys_it(bench):
    bench.device.faults.garbage_inside = b"\x55"
    raw = bench.raw(framing.encode(7, 62))
    assert not [item for item in framing.Receiver().feed(raw) if isinstance(item, framing.Frame)]
    assert bench.device.faults.effects["garbage_inside"] == 1


def test_a_silent_update_is_acknowledged_and_changes_nothing(bench):
    bench.update({1: bench.Ch(ma=20)})
    bench.device.faults.silent_update = True
    assert bench.update({1: bench.Ch(ma=5)}, at_us=30_000).data == b"\0"
    assert bench.update(at_us=50_000).data == b"\0"
    bench.run(100_000)
    assert set(bench.peaks()) == {20_000}
    assert bench.times()[-1] == 100_000
    assert bench.device.faults.effects["silent_update"] == 2
