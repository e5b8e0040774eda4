"use strict";
// The page loads itself again while a search runs, so what a reader has set outlives a load of this tab.
const memory = (() => {
  const key = "page " + location.pathname;
  let values = {};
  try { values = JSON.parse(sessionStorage.getItem(key)) || {}; } catch { /* no storage: nothing is remembered */ }
  return {
    get: (name, otherwise) => (name in values ? values[name] : otherwise),
    set: (name, value) => {
      values[name] = value;
      try { sessionStorage.setItem(key, JSON.stringify(values)); } catch { /* as above */ }
    },
  };
})();

const FIRST_ROWS = 50; // as in the style sheet

class Board {
  constructor(form) {
    this.form = form;
    this.table = document.getElementById(form.dataset.table);
    this.body = this.table.tBodies[0];
    this.more = document.querySelector(`[data-more="${this.table.id}"]`);
    this.headers = [...this.table.tHead.rows[0].cells];
    this.rows = [...this.body.rows].map((row, place) => ({
      row, place, is: row.dataset.is.split(" "), text: row.textContent.toLowerCase(),
    }));
    this.state = memory.get(this.table.id, { column: 0, down: false, text: "", kind: "all", whole: false, left: 0 });
    form.elements.text.value = this.state.text;
    form.elements.kind.value = this.state.kind;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => this.change({ text: form.elements.text.value, kind: form.elements.kind.value }));
    this.headers.forEach((header, column) => header.firstElementChild.addEventListener("click", () => {
      this.change({ column, down: this.state.column === column && !this.state.down });
    }));
    this.more.addEventListener("click", () => this.change({ whole: true }));
    if (this.state.column !== 0 || this.state.down) this.sort();
    this.filter();
    this.table.classList.add("ready");
  }

  change(changes) {
    const before = this.state;
    this.state = { ...before, ...changes };
    memory.set(this.table.id, this.state);
    if (before.column !== this.state.column || before.down !== this.state.down) this.sort();
    this.filter();
  }

  sort() {
    const { column, down } = this.state, number = this.headers[column].dataset.kind === "number";
    const value = ({ row }) => {
      const text = row.cells[column].textContent;
      return number ? Number.parseFloat(text.replaceAll(",", "")) : text;
    };
    const missing = (one) => (number ? Number.isNaN(one) : one === "-");
    const keyed = this.rows.map((one) => ({ one, key: value(one) }));
    keyed.sort((a, b) => {
      if (missing(a.key) || missing(b.key)) return missing(a.key) - missing(b.key) || a.one.place - b.one.place;
      const order = number ? a.key - b.key : a.key.localeCompare(b.key);
      return (down ? -order : order) || a.one.place - b.one.place;
    });
    this.rows = keyed.map(({ one }) => one);
    this.body.append(...this.rows.map(({ row }) => row));
    this.headers.forEach((header, place) => {
      header.setAttribute("aria-sort", place === column ? (down ? "descending" : "ascending") : "none");
    });
  }

  filter() {
    const words = this.state.text.toLowerCase().split(/\s+/).filter(Boolean), { kind, whole } = this.state;
    let found = 0;
    for (const { row, is, text } of this.rows) {
      const fits = (kind === "all" || is.includes(kind)) && words.every((word) => text.includes(word));
      row.hidden = !fits || (!whole && found >= FIRST_ROWS);
      found += fits;
    }
    this.form.querySelector("output").textContent = `${found} of ${this.rows.length} trials`;
    this.more.parentElement.hidden = whole || found <= FIRST_ROWS;
    this.more.textContent = `Show all ${found} rows`;
  }

  show(trial) {
    const row = document.getElementById(this.table.id.replace(/table$/, `row-${trial}`));
    if (!row) return;
    this.form.reset();
    this.change({ text: "", kind: "all", whole: this.state.whole || this.rows.findIndex((one) => one.row === row) >= FIRST_ROWS });
    this.body.querySelectorAll(".found").forEach((other) => other.classList.remove("found"));
    row.classList.add("found");
    row.scrollIntoView({ block: "center" });
  }
}

const boards = new Map([...document.querySelectorAll("form.filters")].map((form) => [form.dataset.table, new Board(form)]));

// Plots: colours come from the style sheet, which knows light from dark.
const dark = matchMedia("(prefers-color-scheme: dark)"), narrow = matchMedia("(max-width: 40rem)");
const CONFIG = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };

function figure(id) {
  const style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const source = document.querySelector(`[data-plot="${id}"]`).textContent;
  const { data, layout } = JSON.parse(source, (key, value) => (
    typeof value === "string" && /^@[a-z]+$/.test(value) ? colour(value.slice(1)) : value
  ));
  const axis = { gridcolor: colour("grid"), zerolinecolor: colour("grid"), linecolor: colour("grey"), automargin: true };
  const zoomed = memory.get("zoom " + id, {});
  for (const name of ["xaxis", "yaxis"]) {
    layout[name] = { ...axis, ...layout[name], ...(zoomed[name] ? { range: zoomed[name], autorange: false } : {}) };
  }
  return { data, layout: {
    ...layout, paper_bgcolor: "transparent", plot_bgcolor: "transparent", hovermode: "closest",
    font: { color: colour("text"), family: "system-ui, sans-serif", size: narrow.matches ? 12 : 13 },
    hoverlabel: { bgcolor: colour("panel"), bordercolor: colour("grey"), font: { color: colour("text") }, align: "left" },
    modebar: { bgcolor: "transparent", color: colour("muted"), activecolor: colour("text") },
    legend: { orientation: "h", yanchor: "bottom", y: 1.02, x: 0, bgcolor: "transparent" },
    margin: { l: 10, r: 10, t: 10, b: 10 }, dragmode: narrow.matches ? false : "zoom",
  } };
}

async function draw(plot) {
  const first = !plot.dataset.drawn, { data, layout } = figure(plot.id);
  plot.dataset.drawn = "yes";
  await Plotly.react(plot, data, layout, CONFIG);
  if (!first) return;
  plot.on("plotly_relayout", () => {
    const range = (axis) => (plot.layout[axis].autorange ? null : plot.layout[axis].range);
    memory.set("zoom " + plot.id, { xaxis: range("xaxis"), yaxis: range("yaxis") });
  });
  plot.on("plotly_click", ({ points }) => {
    const board = boards.get(plot.id.replace(/pareto$/, "table"));
    if (board && points[0].customdata !== undefined) board.show(points[0].customdata);
  });
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting || target.dataset.drawn) continue;
    seen.unobserve(target);
    draw(target);
  }
}, { rootMargin: "400px" });
document.querySelectorAll(".plot").forEach((plot) => seen.observe(plot));
dark.addEventListener("change", () => document.querySelectorAll(".plot[data-drawn]").forEach(draw));
document.querySelectorAll("[data-whole]").forEach((button) => button.addEventListener("click", () => {
  Plotly.relayout(button.dataset.whole, { "xaxis.autorange": true, "yaxis.autorange": true });
}));

// What is folded out, how far one has scrolled, and whether the page loads itself again.
document.querySelectorAll("details[id]").forEach((details) => {
  details.open = memory.get("open " + details.id, details.open);
  details.addEventListener("toggle", () => memory.set("open " + details.id, details.open));
});
const again = document.getElementById("refresh");
if (again) {
  again.checked = memory.get("refresh", true);
  history.scrollRestoration = "manual";
  const boxes = [...document.querySelectorAll(".scroll")];
  scrollTo(0, memory.get("scroll", 0));
  memory.get("boxes", []).forEach(([left, top], place) => boxes[place]?.scrollTo(left, top));
  addEventListener("pagehide", () => {
    memory.set("scroll", scrollY);
    memory.set("boxes", boxes.map((box) => [box.scrollLeft, box.scrollTop]));
  });
  let timer = 0;
  const plan = () => {
    clearTimeout(timer);
    if (again.checked) timer = setTimeout(() => location.reload(), again.dataset.seconds * 1000);
  };
  again.addEventListener("change", () => { memory.set("refresh", again.checked); plan(); });
  document.addEventListener("input", plan); // nobody is interrupted while typing
  plan();
}
