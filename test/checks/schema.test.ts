import { expect } from 'chai';
import { read } from './sources.ts';

const schema = read('test/migrations/schema.sql');
const keys = (pattern: RegExp): string[] => [...schema.matchAll(pattern)].map(([, columns]) => columns!);
const ofCompany = (columns: string): boolean => /^context_id(,|$)/.test(columns);

describe('schema', () => {
  it('every primary key and unique key begins with the company, but a company’s own code and address, and what belongs to none', () => {
    const primary = keys(/PRIMARY KEY \(([^)]+)\)/g);
    expect(primary.length).to.equal(keys(/^CREATE (?:UNLOGGED )?TABLE (\w+)/gm).length);
    // store_checks, what is said of a process, and the master keys of the server
    expect(primary.filter((columns) => !ofCompany(columns))).to.have.members(['id', 'process_id', 'key_id', 'purpose, key_hash']);
    const unique = [...keys(/CREATE UNIQUE INDEX .* USING btree \(([^)]+)\)/g), ...keys(/^\s+UNIQUE \(([^)]+)\)/gm)];
    expect(unique.length).to.be.greaterThan(8);
    expect(unique.filter((columns) => !ofCompany(columns))).to.have.members(['address', 'code']);
  });

  it('every foreign key carries the company', () => {
    const foreign = keys(/FOREIGN KEY \(([^)]+)\)/g);
    expect(foreign.length).to.be.greaterThan(40);
    // a company of the approval environment is paired with one of production
    expect(foreign.filter((columns) => !ofCompany(columns))).to.deep.equal(['paired_context_id']);
  });

  it('every time has its zone', () => {
    expect(schema).to.contain('timestamp with time zone');
    expect(schema.match(/\btimestamp\b(?! with time zone)/g)).to.equal(null);
  });
});
