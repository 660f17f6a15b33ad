"""Lightning's distributed data parallel training over the group of `process_group`."""

import os
from typing import Any

from lightning.fabric.plugins.environments.cluster_environment import ClusterEnvironment
from lightning.pytorch.strategies import DDPStrategy

from microdesigner.training import process_group, ranks


class JoinedGroup(ClusterEnvironment):
    """The group that the processes have joined already."""

    creates_processes_externally = True
    main_address = ""
    main_port = 0

    @staticmethod
    def detect() -> bool:
        """Never by itself."""
        return False

    def world_size(self) -> int:
        """How many processes there are."""
        return ranks.world_size()

    def global_rank(self) -> int:
        """Number of this process."""
        return ranks.rank()

    def local_rank(self) -> int:
        """Its number on this machine."""
        return ranks.local_rank()

    def node_rank(self) -> int:
        """The number of its machine."""
        return int(os.environ["NODE_RANK"])

    def set_world_size(self, size: int) -> None:
        """Known already."""

    def set_global_rank(self, rank: int) -> None:
        """Known already."""


class PlainStrategy(DDPStrategy):
    """Data parallel training whose processes exchange numbers and JSON; Lightning would unpickle what arrives."""

    def __init__(self, **options: Any) -> None:
        super().__init__(cluster_environment=JoinedGroup(), **options)

    def broadcast(self, obj: Any, src: int = 0) -> Any:
        """`obj` of the first process."""
        if src:
            raise ValueError("only the first process broadcasts")
        return process_group.from_first(obj)
