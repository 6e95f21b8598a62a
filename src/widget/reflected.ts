/**
 * Makes an attribute a property, as HTML's "reflect" has it (2.6.1): `true` is an empty attribute, `false`,
 * `null` and `undefined` none.
 *
 * @param read what the property is, of the attribute's text
 */
export function reflect(
  prototype: HTMLElement,
  property: string,
  attribute: string,
  read: (text: string | null) => unknown,
): void {
  Object.defineProperty(prototype, property, {
    get(this: HTMLElement) {
      return read(this.getAttribute(attribute));
    },
    set(this: HTMLElement, value: unknown) {
      if (value === false || value == null) this.removeAttribute(attribute);
      else this.setAttribute(attribute, value === true ? '' : String(value));
    },
  });
}

/** How attributes are read: a missing one is an empty text, false, or no number. */
export const asText = (text: string | null): string => text ?? '';
export const asFlag = (text: string | null): boolean => text !== null;
export const asNumber = (text: string | null): number | undefined =>
  text === null ? undefined : Number(text);
