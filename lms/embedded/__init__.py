"""PostgreSQL and Redis of a one-machine school: real servers from wheels, on sockets in var/.

A *keeper* process owns both servers and restarts one that dies. Whoever needs them is a *holder*:
it keeps a shared lock on a file for as long as it needs them. The keeper waits for the exclusive
lock on that same file; the kernel grants it when the last holder is gone, however it went
(end, Ctrl-C, `kill -9`), and the keeper stops the servers. So nothing is started twice, nothing
is stopped under somebody's feet, and nothing is left behind.

With DATABASE_URL or REDIS_URL set, that server is somebody else's and is left alone.
"""

from lms.embedded.holding import Hold, await_stop, ensure_services, held, revive, serve
from lms.embedded.places import ServiceStartError

__all__ = ["Hold", "ServiceStartError", "await_stop", "ensure_services", "held", "revive", "serve"]
