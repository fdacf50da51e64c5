// The reference works without this. It adds search, copying, and remembers the language of the examples.
"use strict";

const remembered = "billhook.language";

function keepLanguage() {
  const inputs = document.querySelectorAll("input[name=language]");
  for (const input of inputs) {
    try {
      if (localStorage.getItem(remembered) === input.value) input.checked = true;
      input.addEventListener("change", () => localStorage.setItem(remembered, input.value));
    } catch {
      return; // storage is switched off: the choice lasts as long as the page
    }
  }
}

function addCopying() {
  for (const code of document.querySelectorAll("pre[data-example]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    code.previousElementSibling.append(button);
  }
}

function addSearch() {
  const input = document.getElementById("search");
  const links = [...document.querySelectorAll(".menu .tag li")];
  const tags = [...document.querySelectorAll(".menu .tag")];
  const nothing = document.querySelector(".menu .none");
  let words;

  // What is found by: title, path, and what the operation says of itself and its fields; gathered when first asked for.
  function gather(item) {
    const link = item.firstElementChild;
    const said = document.getElementById(link.hash.slice(1))?.querySelectorAll("p, td") ?? [];
    return [item, ...said].map((part) => part.textContent).concat(link.dataset.words).join(" ").toLowerCase();
  }

  function filter() {
    words ??= links.map(gather);
    const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    links.forEach((item, at) => { item.hidden = !wanted.every((word) => words[at].includes(word)); });
    for (const tag of tags) tag.hidden = wanted.length > 0 && !tag.querySelector("li:not([hidden])");
    document.querySelector(".menu").classList.toggle("searching", wanted.length > 0);
    nothing.hidden = tags.some((tag) => !tag.hidden);
  }

  input.closest(".search").hidden = false;
  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    const first = links.find((item) => !item.hidden);
    if (event.key === "Enter" && first) first.firstElementChild.click();
    if (event.key === "Escape") { input.value = ""; filter(); }
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) { event.preventDefault(); input.focus(); }
  });
}

function followReading() {
  const links = new Map([...document.querySelectorAll(".menu a")].map((link) => [link.hash.slice(1), link]));
  let current = null;
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((seen) => seen.isIntersecting)) {
      const link = links.get(entry.target.id);
      if (!link || link === current) continue;
      current?.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
      current = link;
    }
  }, { rootMargin: "-15% 0px -75% 0px" });
  for (const id of links.keys()) {
    const target = document.getElementById(id);
    if (target) observer.observe(target);
  }
}

keepLanguage();
addCopying();
addSearch();
followReading();
