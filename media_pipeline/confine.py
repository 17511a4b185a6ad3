"""Run a program under limits: `python -I -S confine.py LIMITS COMMAND…` becomes COMMAND.

Stands alone and imports nothing of ours: it is started fresh for every run, because limits set
between fork and exec in a threaded process may deadlock.
"""

import ctypes
import json
import os
import resource
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
SIGKILL = 9
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000


def confine(limits: dict[str, int]) -> None:
    """Apply `limits` (bytes, seconds, counts) to this process, as far as the system can."""
    for name, kind in (
        ("memory_bytes", resource.RLIMIT_AS),
        ("cpu_seconds", resource.RLIMIT_CPU),
        ("file_bytes", resource.RLIMIT_FSIZE),
        ("open_files", resource.RLIMIT_NOFILE),
    ):
        if name in limits:
            hard = resource.getrlimit(kind)[1]
            wanted = limits[name]
            if hard != resource.RLIM_INFINITY:
                wanted = min(wanted, hard)
            resource.setrlimit(kind, (wanted, wanted))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(limits.get("nice", 0))
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if limits.get("no_network") and libc.unshare(CLONE_NEWNET) != 0:
        # Without the right to make one directly; where even this is refused, the protocol
        # whitelist is what stands between the program and the network.
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    # Last, because a change of credentials clears it: no orphan outlives a killed worker.
    libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    if os.getppid() != limits["parent"]:
        os._exit(1)


def main() -> None:
    limits = json.loads(sys.argv[1])
    confine(limits)
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  (a list, and no shell is wanted)


if __name__ == "__main__":
    main()
