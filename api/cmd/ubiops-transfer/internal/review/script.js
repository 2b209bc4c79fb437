// Less clicking: the page does the same without this.
"use strict";
const confirm = document.getElementById("confirm");
const update = document.getElementById("update");
const place = "review-place " + location.pathname;

if (update) {
  const kept = JSON.parse(sessionStorage.getItem(place) || "null");
  sessionStorage.removeItem(place);
  if (kept) {
    scrollTo(0, kept.y);
    document.getElementsByName(kept.name).forEach((e) => { if (e.type !== "checkbox" || e.value === kept.value) e.focus({ preventScroll: true }); });
  }
  // A tick or a choice is taken at once.
  update.form.addEventListener("change", ({ target }) => {
    if (target.type === "password") return;
    sessionStorage.setItem(place, JSON.stringify({ y: scrollY, name: target.name, value: target.type === "checkbox" ? target.value : "" }));
    update.form.requestSubmit(update);
  });
  // Values need no step of their own.
  const values = [...document.querySelectorAll("input[type=password]")];
  update.form.addEventListener("input", ({ target }) => {
    if (target.type !== "password") return;
    const state = target.parentElement.querySelector(".state");
    state.dataset.was ??= state.textContent;
    state.textContent = target.value ? "entered" : state.dataset.was;
    if ("blocked" in confirm.dataset) return;
    confirm.disabled = [...document.querySelectorAll("[data-missing]")].some((e) => !e.value && !e.closest(".shared")?.querySelector("input").value);
    const blockers = document.getElementById("blockers");
    if (blockers) blockers.hidden = !confirm.disabled;
  });
  // A link to another look at the plan takes them along.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='./?']");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || !values.some((e) => e.value)) return;
    event.preventDefault();
    update.form.elements.look.value = new URL(link.href).search.slice(1);
    update.form.requestSubmit(update);
  });
}
