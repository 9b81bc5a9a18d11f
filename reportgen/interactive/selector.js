/* The page of RunSelector. It shows the traits of the model and sends what is clicked; nothing is decided here.
   Names of strangers are only ever set as text. */

const SVG = "http://www.w3.org/2000/svg"
const PAUSE = 250
const WIDTH = 460
const HEIGHT = 210
const COLOURS = 8 // .rg-place-0 to .rg-place-7
const DASHES = ["", "9 3", "3 2.5", "9 3 3 3"]
const EDGE = { left: 48, right: 10, top: 8, bottom: 34 }

function element(tag, properties = {}, ...children) {
  const { data, ...others } = properties
  const node = Object.assign(document.createElement(tag), others)
  Object.assign(node.dataset, data)
  node.append(...children)
  return node
}

function drawing(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.append(...children)
  return node
}

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 })
const told = (value) =>
  value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : compact.format(value).replace("-", "\u2212")

/* Round numbers that cover a range, four or so of them. */
function ticks(low, high) {
  const rough = (high - low || Math.abs(high) || 1) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)
  const found = []
  for (let tick = Math.ceil(low / step); tick * step <= high + step * 1e-9; tick += 1) found.push(tick * step)
  return found
}

/* A name that may go on in the next line after a slash or an underscore. */
function breakable(name) {
  return name.split(/(?<=[/_])/).flatMap((part) => [part, element("wbr")])
}

function fill(select, options, value) {
  select.replaceChildren(...options.map(([id, name]) => element("option", { value: id, textContent: name })))
  select.value = value
}

class Page {
  constructor(model, root) {
    this.model = model
    this.root = root
    this.lastClicked = null
    this.build()
    this.listen()
    for (const name of Object.keys(this.shows)) this.shows[name]()
  }

  /* ---- what there is ---- */

  build() {
    const button = (text, title, act, kind = "") => {
      const node = element("button", { type: "button", textContent: text, title, className: `rg-button ${kind}` })
      node.addEventListener("click", act)
      return node
    }
    const field = (properties) => element("input", { type: "text", spellcheck: false, autocomplete: "off", ...properties })
    const labelled = (text, ...nodes) => element("label", {}, element("span", { textContent: text }), ...nodes)

    this.chosen = element("strong", { className: "rg-chosen" })
    this.undo = button("↶ Undo", "Take the last change back", () => this.ask("undo"))
    this.redo = button("↷ Redo", "Make it again", () => this.ask("redo"))
    this.undo.setAttribute("aria-label", "Undo")
    this.redo.setAttribute("aria-label", "Redo")
    const head = element("header", {}, this.chosen,
      element("span", { className: "rg-where", textContent: this.model.get("where") }),
      element("span", { className: "rg-space" }), this.undo, this.redo)

    this.find = field({ type: "search", placeholder: "a name, method=ppo*, seed=1, !state=crashed, lr=0.001",
      title: "Words are looked for in names. KEY=GLOB takes name, id, state, method, task, seed, group, tag, label, " +
        "label.COLUMN or a config key. All must hold; a ! in front turns one round." })
    this.findTold = element("p", { className: "rg-fault" })
    this.only = button("Choose only these", "Choose exactly the runs that are listed", () => this.ask("choose"))
    this.listed = element("span", { className: "rg-soft" })
    this.all = element("input", { type: "checkbox", title: "Choose, or drop, all runs that are listed" })
    this.all.setAttribute("aria-label", "all runs that are listed")
    this.tasksDiffer = this.model.get("tasks").length > 0
    const heads = ["run", "method", "seed", "labels", ...(this.tasksDiffer ? ["task"] : []), "state"]
    this.body = element("tbody")
    const runs = element("section", { className: "rg-runs" },
      element("div", { className: "rg-line" }, labelled("Find", this.find)), this.findTold,
      element("div", { className: "rg-line" }, this.listed, element("span", { className: "rg-space" }), this.only),
      element("div", { className: "rg-scroll rg-list", tabIndex: 0 },
        element("table", {},
          element("thead", {}, element("tr", {}, element("th", {}, this.all),
            ...heads.map((text) => element("th", { scope: "col", textContent: text })))),
          this.body)))

    this.matrix = element("div", { className: "rg-scroll rg-matrix", tabIndex: 0 })
    this.odd = element("ul", { className: "rg-odd" })
    this.metric = element("select")
    this.task = element("select")
    this.metric.setAttribute("aria-label", "metric of the curve")
    this.task.setAttribute("aria-label", "task of the curve")
    this.plot = element("div", { className: "rg-plot" })
    this.fetch = button("", "Ask W&B for their points; each run is asked for once", () => this.ask("fetch"))
    const holds = element("section", { className: "rg-holds" },
      element("h4", { textContent: "Runs per method and task, and their seeds" }), this.matrix, this.odd,
      element("div", { className: "rg-line" }, element("h4", { textContent: "Median over runs of" }), this.metric,
        this.task, this.fetch),
      this.plot)

    this.label = field({ placeholder: "e.g. baseline" })
    this.columns = element("datalist", { id: `rg-${Math.random().toString(36).slice(2)}` })
    this.column = field({ value: "label", size: 10 })
    this.column.setAttribute("list", this.columns.id)
    this.give = button("", "Label the runs that are both chosen and listed", () => this.giveLabel(), "rg-main")
    this.take = button("Take label away", "Take labels given by hand away from these runs",
      () => this.ask("unlabel", { column: this.column.value }))
    this.methods = element("select", { title: "What the rows of the preview, and the methods of the report, are" })
    const labels = element("div", { className: "rg-line" }, labelled("Label", this.label),
      labelled("in column", this.column, this.columns), this.give, this.take,
      element("span", { className: "rg-space" }), labelled("Methods are", this.methods))

    this.labelsFile = field({ size: 16 })
    this.specFile = field({ size: 16 })
    this.over = element("input", { type: "checkbox" })
    this.save = button("Save labels", "Write the labels", () => this.ask("save", { labels: this.labelsFile.value }))
    this.write = button("Write spec", "Write the spec that reads these runs, and the labels if they changed",
      () => this.ask("write",
        { labels: this.labelsFile.value, spec: this.specFile.value, over: this.over.checked }), "rg-main")
    this.unsaved = element("span", { className: "rg-unsaved", textContent: "labels not saved" })
    const files = element("div", { className: "rg-line" }, labelled("Labels file", this.labelsFile), this.save,
      this.unsaved, element("span", { className: "rg-space" }), labelled("Spec file", this.specFile),
      element("label", { className: "rg-tick" }, this.over, element("span", { textContent: "replace" })), this.write)

    this.status = element("p", { className: "rg-status" })
    this.status.setAttribute("role", "status")
    this.root.classList.add("rg-selector")
    this.root.append(head, element("div", { className: "rg-columns" }, runs, holds),
      element("footer", {}, labels, files, this.status))
  }

  listen() {
    const { model } = this
    this.shows = {
      runs: () => this.showRuns(),
      marks: () => this.showMarks(),
      find: () => this.showFind(),
      find_told: () => (this.findTold.textContent = model.get("find_told")),
      holds: () => this.showHolds(),
      curve: () => this.showCurve(),
      settled: () => this.showSettled(),
      told: () => this.showTold(),
      answered: () => this.busy(false),
    }
    for (const [name, show] of Object.entries(this.shows)) model.on(`change:${name}`, show)

    this.find.addEventListener("input", () => {
      clearTimeout(this.typing)
      this.typing = setTimeout(() => this.search(), PAUSE)
    })
    this.root.addEventListener("keydown", (event) => {
      if (!event.ctrlKey && !event.metaKey) event.stopPropagation() // plain keys are for this page, no shortcuts
      if (event.key !== "Enter") return
      if (event.target === this.find) this.search()
      if (event.target === this.label || event.target === this.column) this.giveLabel()
    })
    this.all.addEventListener("change", () => {
      const runs = this.rows.filter((row) => !row.node.hidden).map((row) => row.id)
      this.ask(this.all.checked ? "add" : "drop", { runs })
    })
    const draw = () => this.ask("draw", { metric: this.metric.value, task: this.task.value })
    this.metric.addEventListener("change", draw)
    this.task.addEventListener("change", draw)
    this.methods.addEventListener("change", () => this.ask("methods", { column: this.methods.value }))
  }

  destroy() {
    clearTimeout(this.typing)
    for (const [name, show] of Object.entries(this.shows)) this.model.off(`change:${name}`, show)
  }

  /* ---- what is asked ---- */

  ask(name, fields = {}) {
    if (this.typing && name !== "find") this.search()
    this.busy(true)
    this.model.send({ do: name, ...fields })
  }

  search(terms = this.find.value) {
    clearTimeout(this.typing)
    this.typing = null
    this.find.value = terms
    this.ask("find", { terms })
  }

  giveLabel() {
    this.ask("label", { label: this.label.value, column: this.column.value })
  }

  toggle(index, event) {
    const { checked } = this.rows[index].box
    const from = event.shiftKey && this.lastClicked !== null ? this.lastClicked : index
    const [first, last] = [Math.min(from, index), Math.max(from, index)]
    const runs = this.rows.slice(first, last + 1).filter((row) => !row.node.hidden).map((row) => row.id)
    this.lastClicked = index
    this.ask(checked ? "add" : "drop", { runs })
  }

  busy(now) {
    this.root.setAttribute("aria-busy", String(now))
  }

  /* ---- what is shown ---- */

  showRuns() {
    this.rows = this.model.get("runs").map((run, index) => {
      const box = element("input", { type: "checkbox" })
      box.setAttribute("aria-label", run.name)
      box.addEventListener("click", (event) => this.toggle(index, event))
      const [method, labels] = [element("td"), element("td", { className: "rg-labels" })]
      const text = (words) => element("td", { textContent: words, title: words })
      const node = element("tr", {}, element("td", {}, box), text(run.name), method, text(run.seed), labels,
        ...(this.tasksDiffer ? [text(run.tasks)] : []),
        element("td", {}, element("span", { textContent: run.state, className: "rg-state", data: { state: run.state } })))
      return { id: run.id, node, box, method, labels }
    })
    this.body.replaceChildren(...this.rows.map((row) => row.node))
  }

  showMarks() {
    const marks = this.model.get("marks")
    marks.forEach((mark, index) => {
      const row = this.rows[index]
      row.node.hidden = !mark.found
      row.box.checked = mark.chosen
      row.node.classList.toggle("rg-out", !mark.chosen)
      row.method.textContent = row.method.title = mark.method
      row.labels.replaceChildren(...mark.labels.map(([column, label]) =>
        element("span", { className: "rg-chip", textContent: column === "label" ? label : `${column}: ${label}` })))
    })
    const listed = marks.filter((mark) => mark.found)
    const chosen = listed.filter((mark) => mark.chosen).length
    this.listed.textContent = listed.length === marks.length
      ? `all ${count(marks.length, "run")} listed` : `${listed.length} of ${count(marks.length, "run")} listed`
    this.all.checked = listed.length > 0 && chosen === listed.length
    this.all.indeterminate = chosen > 0 && chosen < listed.length
    this.only.disabled = listed.length === 0 || marks.every((mark) => mark.chosen === mark.found)
    this.give.textContent = `Label ${count(chosen, "run")}`
    this.give.disabled = this.take.disabled = chosen === 0
  }

  showFind() {
    if (this.find.value !== this.model.get("find") && !this.typing) this.find.value = this.model.get("find")
  }

  showHolds() {
    const holds = this.model.get("holds")
    this.chosen.textContent = `${holds.chosen} of ${count(holds.of, "run")} chosen`
    const finds = (text, terms, properties = {}) => {
      const node = element("button", { type: "button", title: `list them: ${terms}`, ...properties }, ...breakable(text))
      node.addEventListener("click", () => this.search(terms))
      return node
    }
    const cell = (method, task, held) => {
      const seeds = held.seeds ? `, seeds ${held.seeds}` : ""
      const twice = held.odd === "twice" ? "; a seed is there more than once" : ""
      const node = finds("", `${method.find} ${task.find}`,
        { title: `${method.name} on ${task.name}: ${count(held.runs, "run")}${seeds}${twice}` })
      node.append(element("b", { textContent: held.runs || "–" }), element("small", { textContent: held.seeds }))
      return element("td", { data: { odd: held.odd } }, node)
    }
    this.matrix.replaceChildren(holds.methods.length === 0
      ? element("p", { className: "rg-soft", textContent: "No chosen run has a method." })
      : element("table", {},
        element("thead", {}, element("tr", {}, element("th"),
          ...holds.tasks.map((task) => element("th", { scope: "col" }, finds(task.name, task.find))))),
        element("tbody", {}, ...holds.methods.map((method) => element("tr", {},
          element("th", { scope: "row" }, finds(method.name, method.find)),
          ...method.cells.map((held, index) => cell(method, holds.tasks[index], held)))))))
    this.odd.replaceChildren(...holds.odd.map((words) => element("li", { textContent: words })))
  }

  showCurve() {
    const curve = this.model.get("curve")
    fill(this.metric, this.model.get("metrics"), curve.metric)
    const tasks = this.model.get("tasks")
    fill(this.task, [["", "all tasks"], ...tasks], curve.task)
    this.task.hidden = tasks.length === 0
    this.fetch.hidden = curve.unfetched === 0
    this.fetch.textContent = `Fetch the points of ${count(curve.unfetched, "run")}`
    const none = curve.told || (curve.unfetched ? "Their points are not here yet." : "No chosen run has points of it.")
    this.plot.replaceChildren(...(curve.lines.length ? plotted(curve.lines)
      : [element("p", { className: "rg-soft", textContent: none })]))
  }

  showSettled() {
    const settled = this.model.get("settled")
    this.undo.disabled = !settled.undoable
    this.redo.disabled = !settled.redoable
    this.unsaved.hidden = !settled.unsaved
    this.save.disabled = settled.columns.length === 0
    fill(this.columns, settled.columns)
    fill(this.methods, [["", "as the runs say"], ...settled.columns.map(([id, name]) => [id, `labels in “${name}”`])],
      settled.method)
    for (const [input, path] of [[this.labelsFile, settled.labels], [this.specFile, settled.spec]])
      if (input !== document.activeElement) input.value = path
  }

  showTold() {
    const { text = "", fault = false } = this.model.get("told")
    this.status.textContent = text
    this.status.classList.toggle("rg-fault", fault)
  }
}

/* The lines in one plot with round ticks, and a legend that says how many runs are behind each. */
function plotted(lines) {
  const [xs, ys] = [lines.flatMap((line) => line.steps), lines.flatMap((line) => line.values)]
  const range = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity])
  const [x0, x1] = range(xs)
  const [y0, y1] = range(ys)
  const place = (value, low, high, from, to) => (high > low ? from + ((value - low) / (high - low)) * (to - from)
    : (from + to) / 2)
  const x = (value) => place(value, x0, x1, EDGE.left, WIDTH - EDGE.right).toFixed(1)
  const y = (value) => place(value, y0, y1, HEIGHT - EDGE.bottom, EDGE.top).toFixed(1)
  const svg = drawing("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
    "aria-label": lines.map((line) => `${line.method}: ${told(line.values.at(-1))} at the end`).join("; ") })
  for (const tick of ticks(y0, y1)) {
    svg.append(drawing("line", { class: "rg-grid", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(tick), y2: y(tick) }),
      drawing("text", { x: EDGE.left - 6, y: y(tick), dy: "0.32em", "text-anchor": "end" }, told(tick)))
  }
  for (const tick of ticks(x0, x1))
    svg.append(drawing("text", { x: x(tick), y: HEIGHT - EDGE.bottom + 15, "text-anchor": "middle" }, told(tick)))
  svg.append(drawing("text", { x: (EDGE.left + WIDTH - EDGE.right) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "step"))
  const drawn = (line, points) => drawing("polyline", { points, class: `rg-curve rg-place-${line.place % COLOURS}`,
    "stroke-dasharray": DASHES[Math.floor(line.place / COLOURS) % DASHES.length] })
  for (const line of lines) {
    const points = line.steps.map((step, index) => `${x(step)},${y(line.values[index])}`).join(" ")
    svg.append(drawn(line, points))
  }
  const key = (line) => element("li", {},
    drawing("svg", { viewBox: "0 0 24 8", class: "rg-key" }, drawn(line, "1,4 23,4")),
    element("span", { textContent: line.method }),
    element("span", { className: "rg-soft", textContent: count(line.runs, "run") }))
  return [svg, element("ul", { className: "rg-legend" }, ...lines.map(key))]
}

export default {
  render({ model, el }) {
    const page = new Page(model, el)
    return () => page.destroy()
  },
}
