import time


def wait(get, wanted):
    """Asks for an export or import until it has the status, for half a minute."""
    for _ in range(600):
        job = get()
        if job.status == wanted:
            return job
        assert job.status != "failed", job.error_message
        time.sleep(0.05)
    raise TimeoutError(wanted)
