/* Figures to look closer at. The picture is there first, prints, and needs no script; a button shows the same numbers
   to be read off, zoomed and toggled. Library and numbers are loaded when it is pressed, from beside this script. */
(function () {
  "use strict"

  const HERE = document.currentScript.src
  const LIBRARY = ["bokeh.min.js", "bokeh-api.min.js"].map((name) => new URL(name, HERE).href)
  const OPEN = "Explore this figure"
  const CLOSE = "Back to the picture"
  const FAILED = "This figure cannot be explored here: a file of the report is missing"
  const UNITS = [[1e9, "B"], [1e6, "M"], [1e3, "k"]]
  const numbers = new Map()
  const loaded = new Map()

  window.reportgenExplore = (name, found) => numbers.set(name, found)

  function element(tag, properties, ...children) {
    const node = Object.assign(document.createElement(tag), properties)
    node.append(...children)
    return node
  }

  function load(address) {
    if (!loaded.has(address)) {
      loaded.set(address, new Promise((resolve, reject) => {
        const script = element("script", { src: address, onload: resolve, onerror: () => reject(new Error(address)) })
        document.head.append(script)
      }))
    }
    return loaded.get(address)
  }

  const dark = () => document.body.dataset.mdColorScheme === "slate"
  const style = (name) => getComputedStyle(document.body).getPropertyValue(name).trim()

  /* Names come from anywhere; the library would read $$...$$ in a plain string as a formula. */
  const plain = (text) => new Bokeh.Models.PlainText({ text })

  function shown(value) {
    if (value === null || Number.isNaN(value)) return "–"
    const size = Math.abs(value)
    const text = size === 0 || (size >= 1e-3 && size < 1e6) ? String(Number(value.toPrecision(4))) : value.toExponential(2)
    return text.replace("-", "\u2212")
  }

  function shortly(value) {
    const [size, unit] = UNITS.find(([size]) => Math.abs(value) >= size) ?? [1, ""]
    return String(Number((value / size).toPrecision(5))).replace("-", "\u2212") + unit
  }

  function ticks(axis, write) {
    axis.formatter = new Bokeh.Models.TickFormatter()
    axis.formatter.doFormat = (values) => values.map(write)
  }

  function emptyPlot(height, options) {
    const plot = Bokeh.Plotting.figure({
      height, sizing_mode: "stretch_width", tools: "pan,box_zoom,wheel_zoom,reset", active_drag: "box_zoom",
      toolbar_location: "above", background_fill_color: null, border_fill_color: null, outline_line_color: null,
      ...options,
    })
    plot.toolbar.logo = null
    const font = getComputedStyle(document.body).fontFamily
    for (const axis of [...plot.xaxes, ...plot.yaxes]) {
      Object.assign(axis, {
        axis_line_color: style("--rg-soft"), major_tick_line_color: null, minor_tick_line_color: null,
        major_label_text_color: style("--rg-ink"), axis_label_text_color: style("--rg-ink"),
        major_label_text_font: font, axis_label_text_font: font, axis_label_text_font_style: "normal",
        major_label_text_font_size: "12px", axis_label_text_font_size: "13px",
      })
    }
    return plot
  }

  /* Lines: a legend whose entries toggle their line and state its value where the reader points. */
  class Lines {
    constructor(found) {
      this.found = found
      this.places = [...new Set(found.lines.flatMap((line) => line.x))].filter((x) => x !== null).sort((a, b) => a - b)
      this.at = this.nearest(found.start)
      this.off = new Set()
    }

    draw() {
      const { lines, x, y } = this.found
      const grid = style("--rg-line")
      const plot = emptyPlot(380, {})
      plot.xaxes[0].axis_label = plain(x)
      plot.yaxes[0].axis_label = plain(y)
      for (const axis of [plot.xaxes[0], plot.yaxes[0]]) ticks(axis, shortly)
      for (const line of plot.xgrids.concat(plot.ygrids)) line.grid_line_color = grid
      this.renderers = lines.map((line) => this.drawLine(plot, line))
      this.cursor = new Bokeh.Models.Span({
        dimension: "height", location: this.places[this.at], line_color: style("--rg-soft"), line_dash: [4, 3],
      })
      plot.add_layout(this.cursor)
      plot.add_tools(new Bokeh.Models.HoverTool({
        mode: "vline", tooltips: null, line_policy: "nearest", renderers: this.renderers.map((pair) => pair[0]),
        callback: { execute: (_tool, { geometry }) => this.read(this.nearest(geometry.x)) },
      }))
      lines.forEach((_line, index) => this.toggle(index, !this.off.has(index)))
      return plot
    }

    drawLine(plot, line) {
      const color = dark() ? line.dark : line.color
      const bands = line.dimmed ? [] : this.stretches(line).map((stretch) => plot.varea(
        stretch.map((index) => line.x[index]), stretch.map((index) => line.low[index]),
        stretch.map((index) => line.high[index]), { fill_color: color, fill_alpha: 0.16, level: "underlay" },
      ))
      const stroke = plot.line(line.x, line.estimate.map((value) => value ?? NaN), {
        line_color: color, line_width: line.dimmed ? 1 : 2, line_dash: line.dash,
      })
      return [stroke, ...bands]
    }

    /* Where the band has both ends, as stretches of neighbours: a gap is a gap. */
    stretches({ low, high }) {
      const found = [[]]
      low.forEach((value, index) => {
        if (value !== null && high[index] !== null) found[found.length - 1].push(index)
        else if (found[found.length - 1].length) found.push([])
      })
      return found.filter((stretch) => stretch.length)
    }

    around() {
      const slider = element("input", { type: "range", min: 0, max: this.places.length - 1, value: this.at })
      slider.setAttribute("aria-label", "Read the values at")
      slider.addEventListener("input", () => this.read(Number(slider.value)))
      this.slider = slider
      this.where = element("output", {})
      this.rows = this.found.lines.map((line, index) => this.row(line, index))
      const entries = element("div", { className: "rg-entries" }, ...this.rows.map((row) => row.node))
      const all = element("button", { type: "button", className: "rg-all" }, "All")
      const none = element("button", { type: "button", className: "rg-all" }, "None")
      all.addEventListener("click", () => this.rows.forEach((_row, index) => this.toggle(index, true)))
      none.addEventListener("click", () => this.rows.forEach((_row, index) => this.toggle(index, false)))
      const head = element("div", { className: "rg-read" },
        element("label", {}, this.found.x + " ", slider), this.where, element("span", {}, "Show: "), all, none)
      this.read(this.at)
      return element("div", { className: "rg-reading" }, head, entries)
    }

    row(line, index) {
      const key = element("span", { className: "rg-key" })
      const paint = () => { key.style.background = dark() ? line.dark : line.color }
      const button = element("button", { type: "button", className: "rg-toggle" }, key, line.label)
      const value = element("span", { className: "rg-value" })
      button.addEventListener("click", () => this.toggle(index, this.off.has(index)))
      return { node: element("div", { className: "rg-entry" }, button, value), button, value, paint }
    }

    toggle(index, on) {
      if (on) this.off.delete(index)
      else this.off.add(index)
      for (const renderer of this.renderers[index]) renderer.visible = on
      this.rows[index].button.setAttribute("aria-pressed", on)
      this.rows[index].paint()
    }

    nearest(x) {
      let best = 0
      this.places.forEach((place, index) => {
        if (Math.abs(place - x) < Math.abs(this.places[best] - x)) best = index
      })
      return best
    }

    read(at) {
      this.at = at
      const place = this.places[at]
      if (this.cursor) this.cursor.location = place
      this.slider.value = at
      this.slider.setAttribute("aria-valuetext", shortly(place))
      this.where.value = shortly(place)
      this.found.lines.forEach((line, index) => {
        const found = line.x.indexOf(place)
        const [low, high] = [line.low[found] ?? null, line.high[found] ?? null]
        const interval = low === null || high === null ? "" : ` [${shown(low)}, ${shown(high)}]`
        this.rows[index].value.textContent = shown(line.estimate[found] ?? null) + interval
      })
    }
  }

  /* Cells: methods across, tasks down; the cell under the pointer says what it stands for. */
  class Cells {
    constructor(found) {
      this.found = found
    }

    draw() {
      const { methods, tasks, cells } = this.found
      const row = Math.max(16, Math.min(28, 900 / tasks.length))
      const plot = emptyPlot(Math.round(row * tasks.length + 170), {
        x_range: [-0.5, methods.length - 0.5], y_range: [tasks.length - 0.5, -0.5],
      })
      this.label(plot.xaxes[0], methods)
      this.label(plot.yaxes[0], tasks)
      plot.xaxes[0].major_label_orientation = 0.7
      for (const line of plot.xgrids.concat(plot.ygrids)) line.grid_line_color = null
      const places = cells.flatMap((line, task) => line.map((cell, method) => ({ task, method, cell })))
      const source = new Bokeh.ColumnDataSource({ data: {
        x: places.map((place) => place.method),
        y: places.map((place) => place.task),
        share: places.map(({ cell }) => cell?.[0] ?? NaN),
        index: places.map((_place, index) => index),
      } })
      const palette = Bokeh.Palettes.Cividis256 ?? Bokeh.Palettes.cividis(256)
      const mapper = new Bokeh.Models.LinearColorMapper({ palette, low: 0, high: 1, nan_color: style("--rg-faint") })
      const drawn = plot.rect({ field: "x" }, { field: "y" }, 1, 1, {
        source, fill_color: { field: "share", transform: mapper }, line_color: style("--rg-surface"), line_width: 0.5,
      })
      plot.add_tools(new Bokeh.Models.HoverTool({
        renderers: [drawn], tooltips: (_source, { index }) => this.tip(places[index]),
      }))
      return plot
    }

    label(axis, names) {
      const places = names.map((_name, index) => index)
      axis.ticker = new Bokeh.Models.FixedTicker({ ticks: places })
      axis.major_label_overrides = new Map(names.map((name, index) => [index, plain(name.slice(0, 32))]))
    }

    tip({ task, method, cell }) {
      const { tasks, methods, normalized } = this.found
      const lines = [`${methods[method]} on ${tasks[task]}`]
      if (cell) {
        const [, mean, share, sd, n] = cell
        if (normalized) lines.push(`normalised mean ${shown(share)}`)
        lines.push(`mean ${shown(mean)}${sd === null ? "" : ` ± ${shown(sd)}`}`, `${n} ${n === 1 ? "run" : "runs"}`)
      } else {
        lines.push("no run")
      }
      return element("div", { className: "rg-tip" }, ...lines.map((line) => element("div", {}, line)))
    }

    around() {
      return element("p", { className: "rg-hint" },
        "Point at a cell to read it; drag to zoom into a part, and press the tool with the two arrows to go back.")
    }
  }

  class Figure {
    constructor(figure) {
      this.figure = figure
      this.button = element("button", { type: "button", className: "rg-explore" }, OPEN)
      this.button.setAttribute("aria-expanded", "false")
      this.button.addEventListener("click", () => this.change())
      figure.querySelector(".rg-picture").before(this.button)
    }

    async change() {
      const opens = this.button.getAttribute("aria-expanded") === "false"
      if (opens && !this.place && !(await this.make())) return
      this.button.setAttribute("aria-expanded", opens)
      this.button.textContent = opens ? CLOSE : OPEN
      this.figure.classList.toggle("rg-exploring", opens)
      if (opens) this.show()
    }

    async make() {
      try {
        for (const address of LIBRARY) await load(address)
        await load(new URL(this.figure.dataset.explore, document.baseURI).href)
      } catch {
        this.button.textContent = FAILED
        this.button.disabled = true
        return false
      }
      const found = numbers.get(this.figure.id)
      this.view = found.kind === "cells" ? new Cells(found) : new Lines(found)
      this.plot = element("div", { className: "rg-plot" })
      this.place = element("div", { className: "rg-explorer" }, this.plot, this.view.around())
      this.figure.querySelector(".rg-picture").after(this.place)
      new MutationObserver(() => this.show()).observe(document.body, { attributeFilter: ["data-md-color-scheme"] })
      return true
    }

    async show() {
      if (!this.figure.classList.contains("rg-exploring")) return
      this.plot.replaceChildren()
      await Bokeh.Plotting.show(this.view.draw(), this.plot)
      this.figure.dataset.drawn = dark() ? "dark" : "light"
    }
  }

  document.querySelectorAll("figure[data-explore]").forEach((figure) => new Figure(figure))
})()
