// What a spreadsheet does and the grid alone does not: ranges, the clipboard, keys, find. Each edit is told to the
// workbench, which keeps it in the draft or puts the cells back. What is shown is set as text, never as HTML.

const PINNED_FROM = 900; // pixels of a window in which the results stay in sight beside the tests
const TELL_AFTER = 150; // ms: who holds an arrow key down is told of the last cell

class Table {
  constructor(id, given) {
    this.id = id;
    this.words = given.words;
    this.editable = given.editable;
    this.head = given.head;
    this.wrongs = new Map();
    this.range = null;
    this.extending = false;
    this.columns = given.columns;
    this.floating = false;
    this.hits = [];
    this.hit = -1;
    this.listen();
    this.lay();
    this.fill(given.rows, given.order);
  }

  get element() { return getElement(this.id).$el; }
  get api() { return getElement(this.id).api; }

  tell(kind, more) { emitEvent("table", { kind, ...more }); }

  // --- columns and rows

  lay() {
    const column = (one, at) => ({
      colId: `c${at}`,
      headerName: one.label,
      headerTooltip: one.told,
      valueGetter: (p) => p.data.c[at] ?? "",
      valueSetter: (p) => { p.data.c[at] = String(p.newValue ?? ""); return true; },
      editable: this.editable,
      pinned: one.output && this.columns.length > 8 && window.innerWidth >= PINNED_FROM ? "right" : null,
      cellClass: one.output ? "mp-cell mp-result" : "mp-cell",
      cellClassRules: {
        "mp-wrong": (p) => this.wrong(p.data.key, at) !== undefined,
        "mp-chosen": (p) => this.holds(p.node.rowPinned ? -1 : p.node.rowIndex, at),
        "mp-hit": (p) => this.isHit(p.data.key, at),
      },
      tooltipValueGetter: (p) => this.wrong(p.data.key, at),
      filter: "agTextColumnFilter",
      floatingFilter: this.floating,
      minWidth: 90,
    });
    const all = this.columns.map(column);
    const group = (headerName, output) => ({
      headerName, children: all.filter((_, at) => this.columns[at].output === output), marryChildren: true,
    });
    const number = {
      colId: "n", headerName: "#", valueGetter: (p) => p.data.n, width: 60, minWidth: 60, pinned: "left",
      editable: false, filter: false, cellClass: "mp-row-number", suppressSizeToFit: true, resizable: false,
    };
    const groups = [group(this.words.tests, false), group(this.words.results, true)].filter((one) => one.children.length);
    this.api.setGridOption("columnDefs", [{ headerName: this.words.row, children: [number] }, ...groups]);
  }

  fill(rows, order) {
    this.order = order;
    this.data = new Map(order.map((key, at) => [key, { key, n: at ? at : this.words.head, c: rows[key] }]));
    this.show();
    this.api.sizeColumnsToFit({ defaultMinWidth: 96 });
  }

  show() {
    const [head, ...rest] = this.order.map((key) => this.data.get(key));
    this.api.setGridOption("pinnedTopRowData", [head]);
    this.api.setGridOption("rowData", rest);
  }

  update(news) {
    const changed = Object.entries(news.rows).map(([key, c]) => [Number(key), c]);
    if (news.order) {
      for (const [key, c] of changed) this.data.set(key, { key, c });
      this.order = news.order;
      this.data = new Map(this.order.map((key, at) => {
        const one = this.data.get(key);
        return [key, { ...one, n: at ? at : this.words.head }];
      }));
      this.show();
    } else if (changed.length) {
      const rows = changed.map(([key, c]) => {
        const one = { ...this.data.get(key), c };
        this.data.set(key, one);
        return one;
      });
      this.api.applyTransaction({ update: rows.filter((one) => one.key !== this.order[0]) });
      if (rows.some((one) => one.key === this.order[0])) {
        this.api.setGridOption("pinnedTopRowData", [this.data.get(this.order[0])]);
      }
    }
    if (news.problems) this.problems(news.problems);
    if (news.go) this.go(news.go[0], news.go[1]);
  }

  recolumn(columns, rows, order) {
    this.columns = columns;
    this.lay();
    this.fill(rows, order);
  }

  relabel(columns) {
    this.columns = columns;
    this.lay();
  }

  problems(list) {
    this.wrongs = new Map(list.map(([row, column, text]) => [`${this.order[row]}:${column}`, text]));
    this.api.refreshCells({ force: true });
    this.say();
  }

  wrong(key, column) { return this.wrongs.get(`${key}:${column}`); }

  hide(columns) {
    const all = this.columns.map((_, at) => `c${at}`);
    this.api.setColumnsVisible(all.filter((_, at) => !columns.includes(at)), true);
    this.api.setColumnsVisible(all.filter((_, at) => columns.includes(at)), false);
  }

  filters() {
    this.floating = !this.floating;
    if (!this.floating) this.api.setFilterModel(null);
    this.lay();
  }

  // --- where one is: row -1 is the head

  shown() { return this.api.getAllDisplayedColumns().map((one) => one.getColId()).filter((id) => id[0] === "c").map((id) => Number(id.slice(1))); }
  key(row) { return row < 0 ? this.order[0] : this.api.getDisplayedRowAtIndex(row)?.data.key; }

  box() {
    if (!this.range) return null;
    const columns = this.shown();
    const [one, two] = [columns.indexOf(this.range.from.column), columns.indexOf(this.range.to.column)];
    if (one < 0 || two < 0) return null;
    const rows = [this.range.from.row, this.range.to.row].sort((a, b) => a - b);
    return { first: rows[0], last: rows[1], columns: columns.slice(Math.min(one, two), Math.max(one, two) + 1), rest: columns.slice(Math.min(one, two)) };
  }

  keys(first, last) {
    const found = [];
    for (let row = first; row <= last; row++) if (this.key(row) !== undefined) found.push(this.key(row));
    return found;
  }

  holds(row, column) {
    const box = this.chosen;
    return box !== null && box !== undefined && row >= box.first && row <= box.last && box.columns.includes(column) && (box.first !== box.last || box.columns.length > 1);
  }

  choose(from, to) {
    this.range = { from, to };
    this.chosen = this.box();
    this.api.refreshCells({ force: true });
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.say(), TELL_AFTER);
  }

  say() {
    const box = this.box();
    if (box) this.tell("at", this.here(box));
  }

  here(box) {
    return { keys: this.keys(box.first, box.last), columns: box.columns, key: this.key(this.range.to.row) ?? -1, column: this.range.to.column };
  }

  go(key, column) {
    const row = this.order[0] === key ? -1 : this.api.getRowNode(String(key))?.rowIndex;
    if (row === undefined || row === null) return;
    this.api.ensureColumnVisible(`c${column}`);
    if (row >= 0) this.api.ensureIndexVisible(row);
    this.api.setFocusedCell(Math.max(row, 0), `c${column}`, row < 0 ? "top" : null);
  }

  // --- what one does

  act(kind) {
    const box = this.box();
    this.api.stopEditing();
    this.tell(kind, box ? this.here(box) : { keys: [], columns: [], key: -1, column: 0 });
  }

  clear() {
    const box = this.box();
    if (box && this.editable) this.tell("clear", this.here(box));
  }

  find(text, step) {
    const wanted = text.trim().toLowerCase();
    const from = this.hits[this.hit];
    this.hits = [];
    if (wanted) {
      for (let row = -1; row < this.api.getDisplayedRowCount(); row++) {
        const data = this.data.get(this.key(row));
        for (const column of this.shown()) {
          if ((data.c[column] ?? "").toLowerCase().includes(wanted)) this.hits.push(`${data.key}:${column}`);
        }
      }
    }
    const at = this.hits.indexOf(from);
    this.hit = !this.hits.length ? -1 : at < 0 ? 0 : (at + step + this.hits.length) % this.hits.length;
    const count = document.querySelector(".mp-find-count");
    if (count) count.textContent = wanted ? `${this.hit + 1} / ${this.hits.length}` : "";
    this.api.refreshCells({ force: true });
    if (this.hit >= 0) {
      const [key, column] = this.hits[this.hit].split(":").map(Number);
      const active = document.activeElement;
      this.go(key, column);
      active?.focus();
    }
  }

  isHit(key, column) { return this.hit >= 0 && this.hits[this.hit] === `${key}:${column}`; }

  // --- keys, mouse and clipboard

  listen() {
    const element = this.element;
    const editing = (event) => event.target.closest?.("input, textarea, .ag-popup, .ag-filter") !== null;
    const grid = () => element.isConnected && element.contains(document.activeElement);
    this.api.addEventListener("cellFocused", (event) => {
      const id = event.column?.getColId?.() ?? "";
      if (id[0] !== "c" || this.extending) return;
      const at = { row: event.rowPinned === "top" ? -1 : event.rowIndex, column: Number(id.slice(1)) };
      this.choose(at, at);
    });
    this.api.addEventListener("cellValueChanged", (event) => {
      if (event.oldValue !== event.newValue) this.tell("typed", { key: event.data.key, column: Number(event.column.getColId().slice(1)), text: String(event.newValue ?? "") });
    });
    const place = (event) => {
      const cell = event.target.closest?.(".ag-cell"), row = event.target.closest?.(".ag-row");
      const id = cell?.getAttribute("col-id") ?? "";
      if (!row || id[0] !== "c") return null;
      const index = row.getAttribute("row-index") ?? "";
      return { row: index.startsWith("t-") ? -1 : Number(index), column: Number(id.slice(1)) };
    };
    element.addEventListener("mousedown", (event) => {
      const at = place(event);
      if (!at || event.button !== 0 || editing(event)) return;
      if (event.shiftKey && this.range) {
        event.preventDefault();
        event.stopPropagation();
        this.choose(this.range.from, at);
        return;
      }
      this.dragged = at;
      this.choose(at, at); // at once: the grid tells of its focus only later, and a paste may come before
    }, true);
    element.addEventListener("mousemove", (event) => {
      const at = this.dragged && event.buttons === 1 ? place(event) : null;
      if (at && (at.row !== this.range?.to.row || at.column !== this.range?.to.column)) this.choose(this.dragged, at);
    });
    window.addEventListener("mouseup", () => { this.dragged = null; });
    element.addEventListener("keydown", (event) => this.pressed(event, editing(event)), true);
    document.addEventListener("keydown", (event) => {
      if (element.isConnected && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "p") {
        event.preventDefault();
        document.querySelector(".mp-print-table")?.click();
      }
      if (element.isConnected && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f") {
        event.preventDefault();
        document.querySelector(".mp-find input")?.focus();
      }
    });
    document.addEventListener("copy", (event) => { if (grid() && !editing(event)) this.copy(event); });
    document.addEventListener("cut", (event) => {
      if (grid() && !editing(event)) { this.copy(event); this.clear(); }
    });
    document.addEventListener("paste", (event) => {
      if (grid() && !editing(event)) this.paste(event);
    });
  }

  pressed(event, editing) {
    if (editing) return;
    const control = event.ctrlKey || event.metaKey, letter = event.key.toLowerCase();
    const taken = () => { event.preventDefault(); event.stopPropagation(); };
    if (control && (letter === "z" || letter === "y")) {
      taken();
      this.act(letter === "y" || event.shiftKey ? "redo" : "undo");
    } else if (control && letter === "a") {
      taken();
      const columns = this.shown();
      this.choose({ row: 0, column: columns[0] }, { row: this.api.getDisplayedRowCount() - 1, column: columns.at(-1) });
    } else if (event.key === "Delete" || event.key === "Backspace") {
      taken();
      this.clear();
    } else if (event.key === "Escape") {
      document.querySelector(".mp-find input")?.focus();
    } else if (event.shiftKey && event.key.startsWith("Arrow") && this.range) {
      taken();
      this.extend(event.key);
    }
  }

  extend(arrow) {
    const columns = this.shown(), last = this.api.getDisplayedRowCount() - 1;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[arrow];
    const row = Math.max(-1, Math.min(last, this.range.to.row + step[0]));
    const column = columns[Math.max(0, Math.min(columns.length - 1, columns.indexOf(this.range.to.column) + step[1]))];
    if (row >= 0) this.api.ensureIndexVisible(row);
    this.api.ensureColumnVisible(`c${column}`);
    this.choose(this.range.from, { row, column });
  }

  copy(event) {
    const box = this.box();
    if (!box) return;
    const quoted = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const lines = this.keys(box.first, box.last).map((key) => box.columns.map((at) => quoted(this.data.get(key).c[at] ?? "")).join("\t"));
    event.clipboardData.setData("text/plain", lines.join("\n"));
    event.preventDefault();
  }

  paste(event) {
    const box = this.box();
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!box || !text || !this.editable) return;
    event.preventDefault();
    const below = this.keys(box.first, this.api.getDisplayedRowCount() - 1);
    this.tell("paste", { ...this.here(box), text, below, beside: box.rest });
  }
}

export function open(id, given) {
  window.mpTable = new Table(id, given);
}
