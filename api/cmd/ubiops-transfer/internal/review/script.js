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
  update.form.addEventListener("input", () => {
    if (confirm.disabled && !("blocked" in confirm.dataset)) {
      confirm.disabled = [...document.querySelectorAll("[data-missing]")].some((e) => !e.value && !e.closest(".shared")?.querySelector("input").value);
    }
  });
}
