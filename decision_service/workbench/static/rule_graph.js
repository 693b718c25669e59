// The drawing of a rule file (SVG from the server, every name in it escaped), apart from the styles of the page: its
// boxes can be reached by keyboard and lead to their lines, and the one that the cursor is in is lit.
const STYLE = `
  :host { display: block; overflow: auto; max-height: inherit; }
  svg.mp { --ground: inherit; --ink: inherit; --faint: inherit; --line: inherit; --accent: inherit;
    --given: var(--raised); --made: var(--raised); --rule: var(--ground); --frame: var(--line);
    --good: var(--good-ground); --bad: var(--bad-ground); --warn: var(--warn-ground); background: none; }
  .node.leads { cursor: pointer; }
  .node:focus { outline: none; } .node:focus-visible .box { stroke: var(--accent); stroke-width: 3; }
  .node.lit .box { stroke: var(--accent); stroke-width: 3.5; }`;

export default {
  template: `<div><p v-if="note" class="mp-faint mp-graph-note" role="status">{{ note }}</p><div ref="drawn" class="mp-graph"></div></div>`,
  props: { drawing: String, leads: Object, label: String, note: String },
  watch: {
    drawing() {
      this.draw();
    },
  },
  methods: {
    draw() {
      this.root.innerHTML = this.drawing;
      const style = document.createElement("style");
      style.textContent = STYLE;
      this.root.prepend(style);
      const svg = this.root.querySelector("svg");
      if (!svg) return;
      svg.classList.add("mp");
      svg.setAttribute("role", "group");
      svg.setAttribute("aria-label", this.label);
      for (const node of svg.querySelectorAll(".node")) {
        const line = this.leads[node.dataset.key];
        if (!line) continue;
        node.classList.add("leads");
        node.setAttribute("tabindex", "0");
        node.setAttribute("role", "link");
        node.setAttribute("aria-label", node.querySelector("title")?.textContent || node.dataset.key);
      }
      this.light(this.lit);
    },
    light(key) {
      this.lit = key;
      for (const node of this.root.querySelectorAll(".node")) node.classList.toggle("lit", node.dataset.key === key);
      this.root.querySelector(".lit")?.scrollIntoView({ block: "nearest", inline: "center" });
    },
    chosen(event) {
      const node = event.target.closest?.(".node.leads");
      if (node) this.$emit("chosen", { key: node.dataset.key });
      return node;
    },
  },
  mounted() {
    this.lit = "";
    this.root = this.$refs.drawn.attachShadow({ mode: "open" });
    this.root.addEventListener("click", (event) => this.chosen(event));
    this.root.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" || event.key === " ") && this.chosen(event)) event.preventDefault();
    });
    this.draw();
  },
};
