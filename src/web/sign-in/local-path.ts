/** A path inside the context, or the fallback: never another origin, whatever a browser makes of slashes and control characters (open redirect). */
export function localPath(value: string, fallback: string): string {
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(value) || value.includes('\\') || value.length > 2000) return fallback;
  const url = new URL(value, 'https://portaria.invalid');
  // the resolved path counts: /..//evil.example becomes //evil.example
  return url.host === 'portaria.invalid' && !url.pathname.startsWith('//') ? url.pathname + url.search : fallback;
}
