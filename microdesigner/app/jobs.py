"""The earlier name of `store.jobs` and `store.job_store`."""

from microdesigner.app.store.job_store import JobStore
from microdesigner.app.store.jobs import Job, JobQueue, State

__all__ = ["Job", "JobQueue", "JobStore", "State"]
