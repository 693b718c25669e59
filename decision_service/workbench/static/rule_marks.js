// What is shown in the text of a rule file beside its letters: underlined words, dots at lines, links and tips. All of it
// stays with its words while the text around them changes.
import * as CM from "nicegui-codemirror";

export const setMarks = CM.StateEffect.define();
export const setTip = CM.StateEffect.define();
export const setLinks = CM.StateEffect.define();

class LineMark extends CM.GutterMarker {
  constructor(mood, words) {
    super();
    this.mood = mood;
    this.words = words;
  }
  eq(other) {
    return other.mood === this.mood && other.words === this.words;
  }
  toDOM() {
    const dot = document.createElement("span");
    dot.className = `mp-dot ${this.mood}`;
    dot.textContent = this.mood === "bad" ? "●" : "○";
    dot.title = this.words;
    return dot;
  }
}

export const underlined = CM.StateField.define({
  create: () => CM.Decoration.none,
  update(set, change) {
    set = set.map(change.changes);
    for (const effect of change.effects) {
      if (effect.is(setMarks))
        set = CM.Decoration.set(
          effect.value.filter((one) => one.to > one.from)
            .map((one) => CM.Decoration.mark({ class: `mp-under ${one.mood}`, told: one }).range(one.from, one.to)),
          true,
        );
    }
    return set;
  },
  provide: (field) => CM.EditorView.decorations.from(field),
});

class Way extends CM.WidgetType {
  constructor(told) {
    super();
    this.told = told;
  }
  eq(other) {
    return other.told.href === this.told.href && other.told.words === this.told.words;
  }
  toDOM() {
    const link = document.createElement("a");
    link.className = "mp-to-grid";
    link.href = this.told.href;
    link.textContent = `${this.told.words} ↗`;
    return link;
  }
  ignoreEvent() {
    return true;
  }
}

export const ways = CM.StateField.define({
  create: () => CM.Decoration.none,
  update(set, change) {
    set = set.map(change.changes);
    for (const effect of change.effects) {
      if (effect.is(setLinks))
        set = CM.Decoration.set(
          effect.value.map((told) => CM.Decoration.widget({ widget: new Way(told), side: 1 }).range(told.at)), true,
        );
    }
    return set;
  },
  provide: (field) => CM.EditorView.decorations.from(field),
});

export const dots = CM.gutter({
  class: "mp-dots",
  markers(view) {
    const found = new Map();
    for (const at = view.state.field(underlined).iter(); at.value; at.next()) {
      const line = view.state.doc.lineAt(at.from).from;
      const told = at.value.spec.told;
      const known = found.get(line);
      if (!known || (known.mood !== "bad" && told.mood === "bad")) found.set(line, told);
    }
    const marks = [...found].map(([from, told]) => new LineMark(told.mood, told.words).range(from));
    return CM.RangeSet.of(marks, true);
  },
  initialSpacer: () => new LineMark("none", ""),
});

export const tip = CM.StateField.define({
  create: () => null,
  update(shown, change) {
    if (change.docChanged || change.selection) shown = null;
    for (const effect of change.effects) if (effect.is(setTip)) shown = effect.value;
    return shown;
  },
  provide: (field) => CM.showTooltip.from(field),
});

export function box(parts) {
  const dom = document.createElement("div");
  dom.className = "mp-tip";
  dom.setAttribute("role", "status");
  for (const { words, kind } of parts) {
    const part = dom.appendChild(document.createElement("div"));
    part.className = kind;
    part.textContent = words;
  }
  return dom;
}

export const theme = CM.EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--ground)" },
  "&.cm-focused": { outline: "2px solid var(--accent)" },
  ".cm-scroller": { overflow: "auto", fontFamily: "inherit", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--faint)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--active)" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--ground)" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "var(--ground)" },
});
