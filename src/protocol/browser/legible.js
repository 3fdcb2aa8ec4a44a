// Gathers every text that a picture of the page could show: also in fields, in frames of the same origin, in open
// shadow trees and in what style sheets add. Texts are as they were written, however a style sheet shows them.
const texts = [document.title];
const gather = (root) => {
  texts.push(root.textContent);
  for (const element of root.querySelectorAll('*')) {
    for (const name of ['placeholder', 'alt', 'title']) texts.push(element[name]);
    if (element.type !== 'password') texts.push(element.value);
    for (const part of ['::before', '::after']) texts.push(getComputedStyle(element, part).content);
    if (element.shadowRoot) gather(element.shadowRoot);
    if (element.contentDocument) gather(element.contentDocument.documentElement);
  }
};
if (document.documentElement) gather(document.documentElement);
return texts.filter((text) => typeof text === 'string' && text !== 'none').join('\n');
