// The text of a rule file: CodeMirror, as NiceGUI brings it, told by the server what is wrong, what a word is and what
// may come next. The browser owns the text; each change has a number, so that an answer about an earlier text still
// underlines the right words.
import * as CM from "nicegui-codemirror";
import { box, dots, setLinks, setMarks, setTip, theme, tip, underlined, ways } from "/own/rule_marks.js";

const PAUSE = 300; // milliseconds without a key before the text is checked
const MOST = 400000; // characters: no rule file may be larger, and no message to the server either

export default {
  template: `<div class="mp-text"></div>`,
  props: { value: String, label: String, phrases: Object, keep: String, after: Number, readonly: Boolean, line: Number },
  methods: {
    // Underlines what is wrong with the text as it was at that change.
    mark(revision, marks) {
      const later = this.log.filter((one) => one.revision > revision);
      let moved = marks;
      for (const { changes } of later)
        moved = moved.map((one) => ({ ...one, from: changes.mapPos(one.from, 1), to: changes.mapPos(one.to, -1) }));
      const end = this.view.state.doc.length;
      moved = moved.filter((one) => one.from <= one.to && one.to <= end);
      this.log = later;
      this.view.dispatch({ effects: setMarks.of(moved) });
    },
    // Links behind the lines of tables, in the text as it was at that change.
    link(revision, links) {
      if (revision !== this.revision) return; // there will be others after the next pause
      this.view.dispatch({ effects: setLinks.of(links) });
    },
    answer(number, found) {
      this.waiting.get(number)?.(found);
      this.waiting.delete(number);
    },
    // The server has put the text as of that change away; nothing of it can be lost any more.
    keptUpTo(revision) {
      this.kept = Math.max(this.kept, revision);
      if (this.kept === this.revision) this.forget();
    },
    replaceAll(text) {
      const old = this.view.state.doc.toString();
      let start = 0;
      while (start < old.length && start < text.length && old[start] === text[start]) start++;
      let tail = 0;
      const most = Math.min(old.length, text.length) - start;
      while (tail < most && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
      this.view.dispatch({ changes: { from: start, to: old.length - tail, insert: text.slice(start, text.length - tail) } });
      this.tell();
    },
    lead(line, column) {
      const { doc } = this.view.state;
      const found = doc.line(Math.max(1, Math.min(line, doc.lines)));
      const at = Math.min(found.from + (column || 0), found.to);
      this.view.dispatch({ selection: { anchor: at }, effects: CM.EditorView.scrollIntoView(at, { y: "center" }) });
      this.view.focus();
    },
    // The text as of that change is saved under a number; later changes build on it.
    based(after, revision) {
      this.base = after;
      this.keptUpTo(revision);
    },
    save() {
      this.told = this.revision;
      clearTimeout(this.pause);
      this.$emit("save", { text: this.view.state.doc.toString(), revision: this.revision });
    },
    // What is sent before the page is connected is heard by nobody.
    heard() {
      return Boolean(window.socket?.connected);
    },
    tell() {
      clearTimeout(this.pause);
      if (this.told === this.revision) return;
      if (!this.heard()) {
        this.pause = setTimeout(() => this.tell(), 100);
        return;
      }
      if (this.left) {
        this.$emit("found", this.left);
        this.left = null;
      }
      this.told = this.revision;
      this.$emit("typed", { text: this.view.state.doc.toString(), revision: this.revision });
    },
    ask(kind, at) {
      this.tell();
      const line = this.view.state.doc.lineAt(at);
      const number = ++this.asked;
      this.$emit("asked", { number, kind, line: line.number - 1, unit: at - line.from });
      return new Promise((resolve) => this.waiting.set(number, resolve));
    },
    async complete(context) {
      const word = context.matchBefore(/[A-Za-z0-9_.]+/);
      if (!word && !context.explicit) return null;
      const found = await this.ask("complete", context.pos);
      if (!found || !found.options.length) return null;
      return { from: context.pos - found.so_far, options: found.options, validFor: /^[A-Za-z0-9_.]*$/ };
    },
    problemsAt(at) {
      const parts = [];
      this.view.state.field(underlined).between(at, at, (from, to, { spec }) => {
        parts.push({ words: spec.told.words, kind: `mp-tip-${spec.told.mood}` });
        if (spec.told.hint) parts.push({ words: spec.told.hint, kind: "mp-tip-hint" });
      });
      return parts;
    },
    async about(at) {
      const parts = this.problemsAt(at);
      const found = await this.ask("tell", at);
      if (found?.words) parts.push({ words: found.words, kind: "mp-tip-what" });
      return parts.length ? { pos: at, above: true, create: () => ({ dom: box(parts) }) } : null;
    },
    async tellHere() {
      const shown = await this.about(this.view.state.selection.main.head);
      this.view.dispatch({ effects: setTip.of(shown) });
    },
    async define(at) {
      const found = await this.ask("define", at);
      if (found?.line) this.lead(found.line, found.unit);
    },
    next() {
      const marks = [];
      for (const at = this.view.state.field(underlined).iter(); at.value; at.next()) marks.push(at.from);
      if (!marks.length) return;
      const here = this.view.state.selection.main.head;
      const to = marks.find((one) => one > here) ?? marks[0];
      this.view.dispatch({ selection: { anchor: to }, effects: CM.EditorView.scrollIntoView(to, { y: "center" }) });
      this.tellHere();
    },
    // Should the server go away now, the next visit finds the text here.
    keepHere() {
      localStorage.setItem(this.keep, JSON.stringify({ text: this.view.state.doc.toString(), after: this.base }));
    },
    forget() {
      localStorage.removeItem(this.keep);
    },
    changed(update) {
      if (update.docChanged) {
        this.revision += 1;
        this.log.push({ revision: this.revision, changes: update.changes });
        clearTimeout(this.pause);
        this.pause = setTimeout(() => {
          this.keepHere();
          this.tell();
        }, PAUSE);
      }
      const line = update.state.doc.lineAt(update.state.selection.main.head).number;
      if (line !== this.here) {
        this.here = line;
        clearTimeout(this.moving);
        this.moving = setTimeout(() => this.$emit("moved", { line }), PAUSE / 2);
      }
    },
    keys() {
      const run = (what) => () => (what(), true);
      const here = () => this.view.state.selection.main.head;
      return [
        { key: "Mod-s", preventDefault: true, run: run(() => this.save()) },
        { key: "Mod-i", preventDefault: true, run: run(() => this.tellHere()) },
        { key: "F12", preventDefault: true, run: run(() => this.define(here())) },
        { key: "F8", preventDefault: true, run: run(() => this.next()) },
        { key: "Escape", run: () => this.view.state.field(tip) && (this.view.dispatch({ effects: setTip.of(null) }), true) },
      ];
    },
    light() {
      const dark = document.body.classList.contains("body--dark");
      const style = dark ? CM.oneDarkHighlightStyle : CM.defaultHighlightStyle;
      this.view.dispatch({ effects: this.colours.reconfigure(CM.syntaxHighlighting(style)) });
    },
    extensions() {
      const coming = [{ autocomplete: (context) => this.complete(context) }]; // known by identity: made once
      return [
        CM.Prec.high(CM.keymap.of(this.keys())),
        CM.basicSetup,
        CM.keymap.of([CM.indentWithTab]),
        CM.indentUnit.of("  "),
        CM.EditorState.phrases.of(this.phrases || {}),
        CM.EditorState.readOnly.of(this.readonly),
        CM.EditorState.changeFilter.of((change) => change.newDoc.length <= MOST || change.newDoc.length < change.startState.doc.length),
        CM.EditorState.languageData.of(() => coming),
        CM.EditorView.contentAttributes.of({ "aria-label": this.label, tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
        CM.EditorView.updateListener.of((update) => this.changed(update)),
        CM.hoverTooltip((view, at) => this.about(at)),
        underlined, ways, dots, tip, theme, this.colours.of([]), this.speech.of([]),
      ];
    },
  },
  async mounted() {
    Object.assign(this, { revision: 0, told: 0, kept: 0, asked: 0, here: 1, left: null, base: this.after, log: [], waiting: new Map() });
    this.colours = new CM.Compartment();
    this.speech = new CM.Compartment();
    this.view = new CM.EditorView({ doc: this.value, extensions: this.extensions(), parent: this.$el });
    this.leaving = (event) => {
      if (this.kept >= this.revision) return;
      this.keepHere();
      event.preventDefault();
    };
    window.addEventListener("beforeunload", this.leaving);
    this.watcher = new MutationObserver(() => this.light());
    this.watcher.observe(document.body, { attributes: true, attributeFilter: ["class"] });
    this.light();
    const left = this.readonly ? null : localStorage.getItem(this.keep);
    if (left) {
      const { text, after } = JSON.parse(left);
      if (text !== this.view.state.doc.toString()) {
        this.base = after;
        this.left = { after };
        this.replaceAll(text);
      } else this.forget();
    }
    if (this.line > 1) this.lead(this.line, 0);
    const yaml = CM.languages.find((one) => one.name === "YAML");
    this.view.dispatch({ effects: this.speech.reconfigure(await yaml.load()) });
  },
  beforeUnmount() {
    window.removeEventListener("beforeunload", this.leaving);
    this.watcher.disconnect();
    clearTimeout(this.pause);
    clearTimeout(this.moving);
    this.view.destroy();
  },
};
