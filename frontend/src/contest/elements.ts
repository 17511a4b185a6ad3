/** Making elements: `make('p', 'css-class', 'words')`. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  css = '',
  ...inside: (string | Node)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (css !== '') element.className = css;
  element.append(...inside);
  return element;
}

export function button(words: string, css: string, press: () => void): HTMLButtonElement {
  const element = make('button', css, words);
  element.type = 'button';
  element.addEventListener('click', press);
  return element;
}
