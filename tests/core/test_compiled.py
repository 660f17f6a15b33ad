"""The compiler's disk cache is a comfort, not a need."""

import pytest
from numba.core.caching import CompileResultCacheImpl

from microdesigner.core.compiled import compiled


def test_works_where_no_cache_folder_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CompileResultCacheImpl, "_locator_classes", [])

    def double(number: int) -> int:
        return 2 * number

    assert compiled(double)(21) == 42
