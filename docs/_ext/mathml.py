"""Formulas as MathML, made by docutils: browsers draw it without a script, so a page needs nothing from elsewhere."""

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util.math import get_node_equation_number


def mathml(formula, **options):
    """Translate a formula; bars stand close to what is between them."""
    text = tex2mathml(formula, **options)
    for bar in "|‖":
        text = text.replace(f'<mo stretchy="false">{bar}', f'<mo stretchy="false" lspace="0" rspace="0">{bar}')
        text = text.replace(f"<mo>{bar}", f'<mo lspace="0" rspace="0">{bar}')
    return text


def inline(translator, node):
    """Write a formula within the text."""
    translator.body.append(f'<span class="math">{mathml(node.astext())}</span>')
    raise nodes.SkipNode


def display(translator, node):
    """Write a formula of its own, with its number."""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(f'<div class="formula">{mathml(node.astext(), as_block=True)}</div>')
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app):
    """Offer the renderer to Sphinx."""
    app.add_html_math_renderer("mathml", (inline, None), (display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
