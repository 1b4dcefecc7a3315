"""The control page for a human at the simulator: `nmes-sim --panel`. A client of the backdoor and of nothing else."""

from firmware_sim.panel.run import run_panel

__all__ = ["run_panel"]
