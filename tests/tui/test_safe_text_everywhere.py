"""Nothing reaches a widget but through the one choke point (security.md 6.1), read from the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fieldlog.tui

ROOT = Path(fieldlog.tui.__file__).parent
KIT = ROOT / "kit"
MODULES = sorted(ROOT.rglob("*.py"))

SAFE = {"shown", "shown_line", "one_line", "typed", "fit", "split_long"}
"""Functions of ``kit.text`` and what keeps their result as it is."""

RAW_WIDGETS = {
    "Static", "Label", "Button", "Input", "TextArea", "Checkbox", "RadioButton", "Select", "Option", "OptionList",
    "DataTable", "Tree", "Markdown", "Log", "RichLog", "Digits", "Link", "Tab", "TabPane", "Collapsible",
}  # fmt: skip
TEXT_METHODS = {"update", "notify", "set_content", "load_text", "update_placeholder"}
TEXT_ATTRIBUTES = {
    "border_title",
    "border_subtitle",
    "tooltip",
    "title",
    "sub_title",
    "placeholder",
    "renderable",
}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def called(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return ""


def is_safe(node: ast.expr) -> bool:
    """A literal, or a call of one of the safe functions, possibly taken apart by an index."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return isinstance(node, ast.Constant) or called(node) in SAFE


def raw_texts(module: ast.Module) -> Iterator[str]:
    """Places where a text reaches Textual without having passed."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = called(node)
            is_raw = name in RAW_WIDGETS or (name in TEXT_METHODS and isinstance(node.func, ast.Attribute))
            if is_raw and node.args and not is_safe(node.args[0]):
                yield f"line {node.lineno}: {name}"
            if name == "from_markup":
                yield f"line {node.lineno}: markup"
        if isinstance(node, ast.Assign) and not is_safe(node.value):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in TEXT_ATTRIBUTES:
                    yield f"line {node.lineno}: .{target.attr}"


@pytest.mark.parametrize(
    "path", [path for path in MODULES if KIT not in path.parents], ids=lambda path: path.stem
)
def test_screens_use_only_the_kits_widgets(path: Path) -> None:
    """Outside the kit nobody imports a widget, a renderable or a content of Textual's or Rich's."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            assert not module.startswith(("textual.widgets", "textual.content", "textual.visual", "rich")), (
                module
            )
        if isinstance(node, ast.Import):
            assert not any(name.name.startswith(("rich", "textual")) for name in node.names)


@pytest.mark.claim("C-OUT-01")
@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_text_of_a_widget_passes_the_choke_point(path: Path) -> None:
    """No call that shows a text gets one that did not come through ``kit.text``."""
    assert not list(raw_texts(tree(path)))


@pytest.mark.parametrize("path", sorted(KIT.glob("*.py")), ids=lambda path: path.stem)
def test_the_kit_hands_on_only_safe_texts(path: Path) -> None:
    """Constructors of Textual's widgets in the kit get safe texts, and markup is off."""
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.ClassDef):
            continue
        bases = {getattr(base, "id", "") for base in node.bases}
        if not bases & {"Static", "Input", "TextArea"}:
            continue
        for call in ast.walk(node):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr == "__init__"
            ):
                for argument in call.args:
                    assert is_safe(argument), ast.unparse(call)
                for keyword in call.keywords:
                    if keyword.arg in ("value", "placeholder"):
                        assert is_safe(keyword.value), ast.unparse(call)
                if "Static" in bases and call.args:
                    assert any(k.arg == "markup" and k.value.value is False for k in call.keywords)


def test_the_check_sees_what_it_must() -> None:
    """The check itself catches the mistakes it is for."""
    for mistake in (
        "Static(name)",
        "x.update(f'{y}')",
        "w.border_title = name",
        "self.notify(text)",
        "Label(a + b)",
    ):
        assert list(raw_texts(ast.parse(mistake))), mistake
    for fine in ("Static(shown(name))", "x.update('literal')", "w.border_title = shown_line(name)"):
        assert not list(raw_texts(ast.parse(fine))), fine
