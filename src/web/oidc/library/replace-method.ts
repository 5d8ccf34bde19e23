/**
 * Puts another method in place of one of the library's.
 * @param make is handed the library's own method, and returns the one to use
 * @throws Error when the library has no method of that name: it would never call the replacement, so no provider may be made
 */
export function replaceMethod<Method extends (...args: never[]) => unknown>(
  owner: object,
  name: string,
  make: (own: Method) => Method,
): void {
  const own: unknown = Object.getOwnPropertyDescriptor(owner, name)?.value;
  if (typeof own !== 'function') throw new Error(`oidc-provider has no method ${name}`);
  Object.defineProperty(owner, name, { value: make(own as Method), writable: true, configurable: true });
}
