// Says what is there of a selector: how many elements fit, and what the first of them is besides its text.
const fitting = document.querySelectorAll(arguments[0]);
const first = fitting[0];
const is = (type, value) => (typeof value === type ? value : null);
return {
  count: fitting.length,
  value: first ? is('string', first.value) : null,
  checked: first ? is('boolean', first.checked) : null,
  enabled: first ? !first.matches(':disabled') : null,
  attributes: Object.fromEntries(Array.from(first ? first.attributes : [], ({ name, value }) => [name, value])),
};
