import { expect } from 'chai';
import { followSystemTheme } from '../../src/app/assets.ts';

describe('app/assets', () => {
  it('the dark theme needs no attribute and no script', () => {
    const css = followSystemTheme(
      ':root{--a:1}[data-bs-theme=dark]{--a:2}.x,[data-bs-theme=dark] .y{color:red}:root:not([data-bs-theme=dark]) .z{b:c}',
    );
    expect(css).to.match(/@media \(prefers-color-scheme:dark\)\{:root\{--a:2\}:root \.y\{color:red\}\}$/);
  });
});
