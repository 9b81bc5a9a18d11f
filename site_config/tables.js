/* Tables that sort, filter and copy themselves. Without this script they are plain tables.

   Sorting reads data-sort of a cell, else its text; headers of numbers carry data-type="number". A cell without a
   number comes last in either direction. Header clicks go through: descending (ascending for text), the reverse,
   the order as printed. What was chosen stands in the address, "#tables?ID.sort=2,desc&ID.filter=words", each choice
   as a step of the history; the view is always what the address says. */
(function () {
  "use strict"

  const MANY_ROWS = 12
  const PREFIX = "#tables?"
  const AS_PRINTED = { column: null, direction: null, filter: "" }
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" })
  const words = (node) => node.textContent.replace(/\s+/g, " ").trim()
  const fold = (text) => text.normalize("NFKC").toLowerCase()

  function element(tag, properties, ...children) {
    const node = Object.assign(document.createElement(tag), properties)
    node.append(...children)
    return node
  }

  function key(row, column, numeric) {
    const cell = row.cells[column]
    const text = cell ? (cell.dataset.sort ?? words(cell)) : ""
    if (!numeric) return text
    return text.trim() === "" ? NaN : Number(text.replace("\u2212", "-"))
  }

  function absent(value) {
    return value === "" || Number.isNaN(value)
  }

  function sorted(rows, column, numeric, direction) {
    const sign = direction === "desc" ? -1 : 1
    const keyed = rows.map((row) => ({ row, value: key(row, column, numeric) }))
    const order = (a, b) => (numeric ? Math.sign(a.value - b.value) || 0 : collator.compare(a.value, b.value))
    keyed.sort((a, b) => absent(a.value) - absent(b.value) || (absent(a.value) ? 0 : sign * order(a, b)))
    return keyed.map((entry) => entry.row)
  }

  /* Spreadsheets run text that starts like a formula; numbers may start with a sign. */
  function csvField(text) {
    const plain = text.replace(/^\u2212(?=[\d.])/, "-")
    const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)
    const safe = !number && /^[=+\-@\t\r]/.test(plain) ? "'" + plain : plain
    return /[",\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe
  }

  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text)
    const area = element("textarea", { value: text })
    document.body.append(area)
    area.select()
    document.execCommand("copy")
    area.remove()
  }

  class Table {
    constructor(table, number) {
      this.table = table
      this.id = table.id || "table-" + (number + 1)
      this.bodies = [...table.tBodies].map((body) => ({ body, rows: [...body.rows] }))
      this.rows = this.bodies.flatMap((part) => part.rows)
      this.texts = new Map(this.rows.map((row) => [row, fold(words(row))]))
      this.headers = [...(table.tHead?.rows[table.tHead.rows.length - 1]?.cells ?? [])]
      this.state = { ...AS_PRINTED }
      this.headers.forEach((header, column) => this.makeSortable(header, column))
      this.addTools()
      this.makeScrollable()
    }

    makeSortable(header, column) {
      const button = element("button", { type: "button", className: "rg-sort" }, ...header.childNodes)
      button.addEventListener("click", () => this.change({ column, direction: this.next(column) }))
      header.append(button)
      header.setAttribute("aria-sort", "none")
    }

    next(column) {
      const cycle = this.isNumeric(column) ? ["desc", "asc", null] : ["asc", "desc", null]
      const now = this.state.column === column ? this.state.direction : null
      return cycle[(cycle.indexOf(now) + 1) % cycle.length]
    }

    isNumeric(column) {
      return this.headers[column]?.dataset.type === "number"
    }

    addTools() {
      const tools = element("div", { className: "rg-tools" })
      const caption = this.table.caption ? words(this.table.caption) : "table"
      if (this.rows.length > MANY_ROWS || "filter" in this.table.dataset) {
        this.input = element("input", { type: "search", className: "rg-filter", placeholder: "Filter rows" })
        this.input.setAttribute("aria-label", "Filter rows: " + caption)
        this.input.addEventListener("input", () => this.change({ filter: this.input.value }))
        this.count = element("span", { className: "rg-count" })
        this.count.setAttribute("role", "status")
        tools.append(this.input, this.count)
      }
      const button = element("button", { type: "button", className: "rg-copy" }, "Copy as CSV")
      button.addEventListener("click", () => this.copyTo(button))
      tools.append(button)
      const box = this.table.closest(".rg-table-box") ?? this.table
      box.before(tools)
    }

    /* A box that scrolls is reached by the keyboard and says what it holds. */
    makeScrollable() {
      const box = this.table.closest(".rg-table-box")
      if (!box) return
      new ResizeObserver(() => {
        const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1
        box.toggleAttribute("data-scrolls", scrolls)
        if (!scrolls) return ["tabindex", "role", "aria-label"].forEach((name) => box.removeAttribute(name))
        box.tabIndex = 0
        box.setAttribute("role", "region")
        box.setAttribute("aria-label", this.table.caption ? words(this.table.caption) : "Table")
      }).observe(box)
    }

    async copyTo(button) {
      const lines = [this.headers, ...this.rowsShown().map((row) => [...row.cells])]
      const text = lines.map((cells) => cells.map((cell) => csvField(words(cell))).join(",")).join("\n")
      const done = await copy(text + "\n").then(() => "Copied", () => "Not allowed here")
      button.textContent = done
      setTimeout(() => { button.textContent = "Copy as CSV" }, 1500)
    }

    rowsShown() {
      return [...this.table.tBodies].flatMap((body) => [...body.rows]).filter((row) => !row.hidden)
    }

    /* Typing a filter is one step of the history, however many letters it has. */
    change(part) {
      const typing = "filter" in part && this.state.filter !== "" && part.filter !== ""
      Object.assign(this.state, part)
      this.show()
      remember(typing)
    }

    show() {
      const { column, direction, filter } = this.state
      for (const { body, rows } of this.bodies) {
        body.append(...(direction ? sorted(rows, column, this.isNumeric(column), direction) : rows))
      }
      this.headers.forEach((header, index) => {
        const name = { asc: "ascending", desc: "descending" }[index === column ? direction : null]
        header.setAttribute("aria-sort", name ?? "none")
      })
      const wanted = fold(filter).split(/\s+/).filter(Boolean)
      for (const row of this.rows) {
        row.hidden = !wanted.every((word) => this.texts.get(row).includes(word))
      }
      if (this.input && this.input.value !== filter) this.input.value = filter
      if (this.count) this.count.textContent = filter ? `${this.rowsShown().length} of ${this.rows.length} rows` : ""
    }

    /* Take the state from the address. */
    restore(chosen) {
      const [column, direction] = (chosen.get(this.id + ".sort") ?? "").split(",")
      const sorts = ["asc", "desc"].includes(direction) && this.headers[column] !== undefined
      const filter = (this.input && chosen.get(this.id + ".filter")) || ""
      const state = { ...AS_PRINTED, ...(sorts && { column: Number(column), direction }), filter }
      if (JSON.stringify(state) === JSON.stringify(this.state)) return
      this.state = state
      this.show()
    }
  }

  const tables = [...document.querySelectorAll("table.rg-table")].map((table, number) => new Table(table, number))

  function remember(replaces) {
    const chosen = new URLSearchParams()
    for (const { id, state } of tables) {
      if (state.direction) chosen.set(id + ".sort", state.column + "," + state.direction)
      if (state.filter) chosen.set(id + ".filter", state.filter)
    }
    const address = location.pathname + location.search + (chosen.size ? PREFIX + chosen : "")
    if (replaces) history.replaceState(history.state, "", address)
    else history.pushState(null, "", address)
  }

  function restore() {
    const chosen = new URLSearchParams(location.hash.startsWith(PREFIX) ? location.hash.slice(PREFIX.length) : "")
    tables.forEach((table) => table.restore(chosen))
  }

  restore()
  window.addEventListener("hashchange", restore)
})()
