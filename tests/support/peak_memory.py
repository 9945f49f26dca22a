"""The peak memory of this process; ru_maxrss would begin with what the parent held."""

import re
from pathlib import Path


def peak_mebibytes() -> int:
    """Return the most memory that this process has held since it was started, in MiB."""
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(peak) // 1024
