"""Consumes events. It opens no port and has no health check: running without restarts is all it can show."""

import time

from huleedu_service import end_on_sigterm, log

end_on_sigterm()
log("worker_started", service="essay_lifecycle_worker")
while True:
    time.sleep(3600)
