"""No module of the package needs, directly or not, a module that needs it."""

import grimp
import networkx


def test_modules_do_not_import_each_other_in_circles() -> None:
    graph = grimp.build_graph("microdesigner", cache_dir=None)
    imports = networkx.DiGraph(
        (module, other) for module in graph.modules for other in graph.find_modules_directly_imported_by(module)
    )
    assert len(imports) > 300
    assert [sorted(circle) for circle in networkx.strongly_connected_components(imports) if len(circle) > 1] == []
