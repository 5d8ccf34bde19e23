/** So many can be ticked in a list, page after page; more are chosen by the filter. */
export const mostTicked = 500;

/**
 * What a sorted list with filters carries in its addresses.
 * @param fields of the filter, by the name in the address; what is empty is off
 * @param words of each that is on
 * @returns `state`: filter and order; `chips`: each filter in words, with the address that is without it
 */
export function describeList(fields: Record<string, string>, sort: string | undefined, words: Record<string, string>) {
  const on = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
  const order: Record<string, string> = sort ? { sort } : {};
  const chips = Object.keys(on).map((name) => {
    const { [name]: _, ...others } = on;
    return { text: words[name], query: String(new URLSearchParams({ ...others, ...order })) };
  });
  return { state: { ...on, ...order }, cleared: `?${new URLSearchParams(order)}`, sort, chips };
}
