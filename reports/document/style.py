"""How the report looks: page, fonts, headings, tables, the title page. Typst in Python, so that it travels with it."""

STYLE = r"""
#set page(paper: "a4", margin: (x: 2.1cm, top: 2.3cm, bottom: 2.2cm), numbering: "1 / 1")
#set text(font: "Libertinus Serif", size: 10.5pt, lang: "en", hyphenate: true)
#set par(justify: true, leading: 0.62em, spacing: 1.05em)
#set list(indent: 0.6em, spacing: 0.7em)
#show raw: set text(font: "DejaVu Sans Mono", size: 8.2pt)
#show math.equation.where(block: true): set block(breakable: true)
// A formula within a line is not broken: half of it at the end of a line is hard to read.
#show math.equation.where(block: false): box
#show link: set text(fill: rgb("#0b5394"))

#show heading: set block(above: 1.5em, below: 0.8em, sticky: true)
#show heading.where(level: 1): it => { pagebreak(weak: true); set text(size: 19pt); it; v(0.3em) }
#show heading.where(level: 2): set text(size: 14.5pt)
#show heading.where(level: 3): set text(size: 12pt)
#show heading.where(level: 4): set text(size: 10.5pt)
#let numbered(level, number, title) = {
  heading(level: level, if number == "" { title } else { number + h(0.6em) + title })
}
#let asked(body) = block(sticky: true, below: 0.9em, text(style: "italic", fill: luma(70), body))

#set table(stroke: none, inset: (x: 5pt, y: 3.2pt))
#show table: set text(size: 9pt, hyphenate: false)
#show table: set par(justify: false, leading: 0.5em)
#show figure: set block(above: 1.5em, below: 1.5em)
#show figure.where(kind: table): set figure.caption(position: top)
#show figure.caption: it => block(width: 100%, {
  set text(size: 9.2pt)
  set par(justify: false, leading: 0.55em)
  set text(hyphenate: false)
  align(if it.body.func() == [].func() { left } else { center })[
    #strong[#it.supplement #context it.counter.display(it.numbering).]
    #it.body
  ]
})
#let missing(what, commands) = block(
  width: 100%, inset: 9pt, radius: 3pt, stroke: 0.7pt + rgb("#b45f06"), fill: rgb("#fff7ec"), breakable: false,
)[
  #strong[Not run yet.] #what
  #set par(justify: false)
  #block(above: 0.8em, inset: (left: 0.8em), commands)
]
#let checked(body) = block(
  width: 100%, inset: (left: 9pt, y: 5pt), stroke: (left: 2pt + rgb("#0072B2")), breakable: true,
)[
  #set text(size: 9.2pt)
  #block(sticky: true)[#strong[Checked by computation.]]
  #body
]
"""

TITLE = r"""
#set document(title: {title}, author: {authors}, date: none)
#align(center)[
  #v(1.2cm)
  #text(size: 22pt, weight: "bold")[#{heading}]
  #v(0.2cm)
  #text(size: 13pt)[#{course}]
  #v(0.3cm)
  #text(size: 13pt)[#{names}]
  #v(0.5cm)
]
"""

CONTENTS = r"""
#outline(title: [Contents], depth: 4, indent: 1.2em)
"""
