"""Work beside the window: tasks computed in a process that is started again when it crashes or hangs."""

from microdesigner.app.workers.link import end_all
from microdesigner.app.workers.messages import Answer, Cancelled, Done, Failed, Ready, Report, Task, WorkerEvent
from microdesigner.app.workers.worker import Worker

__all__ = ["Answer", "Cancelled", "Done", "Failed", "Ready", "Report", "Task", "Worker", "WorkerEvent", "end_all"]
