"""The page: one HTML file that shows studies and needs neither network nor anything beside it.

`data.py` reads what there is; `plots.py`, `curves.py`, `pictures.py`, `answers.py`, `weights.py` and `diagram.py` work
out what is shown, `view.py` brings it together, `render.py` writes it with the templates beside it.
"""
