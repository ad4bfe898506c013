"use strict";
// The page works without this: it opens what a link points to, opens everything for print, and filters the findings.
(() => {
  const find = (id) => document.getElementById(id);
  const every = (query, root = document) => [...root.querySelectorAll(query)];

  const reveal = () => {
    const target = find(location.hash.slice(1));
    if (!target) return;
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = every("details:not([open])");
    for (const item of closed) item.open = true;
  });
  addEventListener("afterprint", () => {
    for (const item of closed) item.open = false;
  });

  for (const button of every("button.copy")) {
    const program = find(button.dataset.copies);
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(program.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(program); // a page that may not write to the clipboard
        button.textContent = "Selected: press Ctrl+C";
      }
      setTimeout(() => (button.textContent = "Copy"), 3000);
    });
  }

  const layers = every("details.layer");
  const filter = find("filter"), problems = find("problems"), expand = find("expand");
  const apply = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let any = false;
    for (const layer of layers) {
      const name = layer.querySelector("summary b").textContent;
      let shown = 0;
      for (const body of every("tbody", layer)) {
        const head = body.rows[0];
        let inBody = 0;
        for (const row of [...body.rows].slice(1)) {
          const text = `${name} ${head.textContent} ${row.textContent}`.toLowerCase();
          const fits = words.every((word) => text.includes(word)) && !(problems.checked && row.className === "v-good");
          row.hidden = !fits;
          inBody += fits;
        }
        body.hidden = !inBody;
        shown += inBody;
      }
      for (const more of every("details.more", layer)) more.hidden = find(more.dataset.row).hidden;
      layer.hidden = !shown;
      any ||= shown > 0;
      if (shown && words.length) layer.open = true;
    }
    find("nothing").hidden = any;
  };
  filter.addEventListener("input", apply);
  problems.addEventListener("change", apply);
  expand.addEventListener("click", () => {
    const open = layers.some((layer) => !layer.open);
    for (const layer of layers) layer.open = open;
    expand.textContent = open ? "Collapse all" : "Expand all";
  });
  find("tools").hidden = false;
})();
