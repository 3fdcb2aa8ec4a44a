"use strict";
(() => {
  const controls = document.getElementById("controls");
  if (!controls) return;
  const filter = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const buttons = [...controls.querySelectorAll("button")];
  const articles = [...document.querySelectorAll("article")];
  const groups = [...document.querySelectorAll(".group")];
  const openAtFirst = new Map(groups.map((group) => [group, group.open]));
  const texts = new Map(
    articles.map((article) => {
      const group = article.closest(".group").querySelector("summary .name").textContent;
      return [article, `${group} ${article.textContent}`.toLowerCase()];
    }),
  );

  const isPressed = (button) => button.getAttribute("aria-pressed") === "true";

  function apply() {
    const wanted = new Set(buttons.filter((b) => isPressed(b)).map((b) => b.dataset.outcome));
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const article of articles) {
      const fits = words.every((word) => texts.get(article).includes(word));
      article.hidden = !(fits && wanted.has(article.dataset.outcome));
      if (!article.hidden) count += 1;
    }
    const narrowed = count < articles.length;
    for (const group of groups) {
      group.hidden = !group.querySelector("article:not([hidden])");
      group.open = narrowed ? true : openAtFirst.get(group);
    }
    for (const kind of document.querySelectorAll(".kind")) {
      kind.hidden = !kind.querySelector(".group:not([hidden])");
    }
    shown.textContent = narrowed ? `${count} of ${articles.length} checks shown` : "";
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(!isPressed(button)));
      apply();
    });
  }
  filter.addEventListener("input", apply);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== filter) {
      event.preventDefault();
      filter.focus();
    } else if (event.key === "Escape" && document.activeElement === filter) {
      filter.value = "";
      apply();
    }
  });
  controls.hidden = false;
})();
