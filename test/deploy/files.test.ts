import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { settings } from '../../src/config/index.ts';
import { catalogue, everyFigure, type Figure } from '../../src/platform/metrics/index.ts';
import { check, read, root, tools } from '../support/deploy-files.ts';
import { needSoftware } from '../support/missing.ts';

const alertsFile = 'deploy/prometheus/alerts.yaml';
type Rule = { alert: string; expr: string; labels: { severity: string }; annotations: { summary: string } };
const alerts: Rule[] = parse(read(alertsFile)).groups.flatMap(({ rules }: { rules: Rule[] }) => rules);
type Panel = { title: string; type: string; targets?: { expr: string }[] };
const panels: Panel[] = JSON.parse(read('deploy/grafana/portaria.json')).panels;
/** As Grafana fills them in. */
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$instance', '.*') })),
);

/** Figures that an expression names, with what it says of their labels. */
function figuresIn(expr: string): { name: string; labels: string[] }[] {
  const found = expr.matchAll(/\b((?:portaria|process|nodejs)_[a-z0-9_]+|up)\b(?:\{([^}]*)\})?/g);
  return [...found].map(([, name, inside = '']) => ({
    name: name!,
    labels: [...inside.matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => label!),
  }));
}

/** What Prometheus itself adds to a series. */
const ofPrometheus = ['instance', 'job', 'le'];

function faultsOf(expr: string): string[] {
  return figuresIn(expr).flatMap(({ name, labels }) => {
    if (name === 'up') return [];
    const known: Figure | undefined =
      everyFigure[name] ?? everyFigure[[/_(bucket|sum|count)$/].reduce((text, part) => text.replace(part, ''), name)];
    if (!known) return [`there is no ${name}`];
    return labels
      .filter((label) => !ofPrometheus.includes(label) && !(label in (known.labels ?? {})))
      .map((label) => `${name} has no label ${label}`);
  });
}

describe('deploy: files for other programs', () => {
  it('hadolint finds nothing in the Dockerfile', function () {
    needSoftware(this, 'deploy-tools');
    expect(check(`${tools}/hadolint`, ['Dockerfile'])).to.equal('');
  });

  it('yamllint finds nothing in any file of ours', function () {
    needSoftware(this, 'yamllint');
    const files = ['compose.yaml', ...globSync('{deploy,.github}/**/*.{yaml,yml}', { cwd: root })].filter(
      (file) => !file.includes('/templates/'),
    );
    expect(files.length).to.be.greaterThan(6);
    const rules =
      '{extends: default, rules: {line-length: disable, document-start: disable, braces: disable, comments: disable, truthy: disable, indentation: {indent-sequences: whatever}}}';
    expect(check('yamllint', ['--strict', '-d', rules, ...files])).to.equal('');
  });

  it('compose.yaml is understood, publishes the balancer alone, and names settings that there are', function () {
    needSoftware(this, 'docker-compose');
    const folder = mkdtempSync(join(tmpdir(), 'portaria-compose-'));
    const config = (env: string): string => {
      writeFileSync(`${folder}/env`, env);
      return check('docker-compose', ['--env-file', `${folder}/env`, '-f', 'compose.yaml', 'config']);
    };
    const text = config('DOMAIN=login.example.com\nPOSTGRES_PASSWORD=p\nPORTARIA_MASTER_KEYS=k\n');
    const { services } = parse(text);
    expect(Object.keys(services).filter((name) => services[name].ports)).to.deep.equal(['balancer']);
    const known = Object.values(settings).map(({ env: name }) => name as string);
    for (const one of ['one', 'two']) {
      const { environment, read_only, cap_drop, networks } = services[one];
      expect(known).to.include.members(Object.keys(environment));
      expect({ read_only, cap_drop }).to.deep.equal({ read_only: true, cap_drop: ['ALL'] });
      expect(networks).to.have.property('inside');
    }
    expect(services.one.environment.PORTARIA_BASE_URL).to.equal('https://login.example.com');
    expect(services.balancer.networks.inside.ipv4_address).to.equal(services.one.environment.PORTARIA_TRUSTED_PROXIES);
    expect(() => config('')).to.throw(/set it in \.env/);
    rmSync(folder, { recursive: true });
  });

  it('systemd understands the unit, and finds little that it could do', function () {
    needSoftware(this, 'systemd');
    const unit = 'deploy/systemd/portaria.service';
    check('systemd-analyze', ['verify', unit]);
    check('systemd-analyze', ['security', '--offline=yes', '--threshold=20', unit]);
    const value = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(read(unit))![1]);
    const defaults = JSON.parse(read('config/default.json'));
    expect(value('TimeoutStopSec')).to.be.greaterThan(defaults.drainSeconds + defaults.shutdownGraceSeconds);
  });

  it('Prometheus takes alerts and configuration, and the alerts say what their tests expect', function () {
    needSoftware(this, 'prometheus');
    const folder = `${root}deploy/prometheus`;
    check('promtool', ['check', 'config', '--syntax-only', 'prometheus.yaml'], folder);
    check('promtool', ['check', 'rules', '--lint-fatal', 'alerts.yaml'], folder);
    expect(check('promtool', ['test', 'rules', 'alerts.test.yaml'], folder)).to.contain('SUCCESS');
  });

  it('Prometheus understands every query of the dashboard', function () {
    needSoftware(this, 'prometheus');
    const rules = queries.map(({ expr }, i) => ({ record: `panel:query${i}`, expr }));
    expect(rules.length).to.be.greaterThan(30);
    const folder = mkdtempSync(join(tmpdir(), 'portaria-dashboard-'));
    writeFileSync(`${folder}/rules.yaml`, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    check('promtool', ['check', 'rules', 'rules.yaml'], folder);
    rmSync(folder, { recursive: true });
  });

  it('alerts and dashboard name figures and labels that there are, and the dashboard shows every figure of ours', () => {
    const all = [...alerts.map(({ alert, expr }) => ({ title: alert, expr })), ...queries];
    for (const { title, expr } of all) {
      expect(figuresIn(expr), title).to.not.deep.equal([]);
      expect(faultsOf(expr), title).to.deep.equal([]);
    }
    const shown = queries.flatMap(({ expr }) => figuresIn(expr).map(({ name }) => name.replace(/_(bucket|count)$/, '')));
    expect(Object.keys(catalogue).filter((name) => !shown.includes(name))).to.deep.equal([]);
    expect(faultsOf('rate(portaria_made_up_total[5m]) + portaria_jobs{colour="red"}')).to.have.length(2);
  });

  it('every alert has its line in the guide, and the guide has no other', () => {
    const guide = read('docs/operators.md');
    const told = [...guide.matchAll(/^\| `(Portaria[A-Za-z]+)` \| (page|warn) \|/gm)].map(([, name, severity]) => `${name} ${severity}`);
    expect(told).to.have.members(alerts.map(({ alert, labels }) => `${alert} ${labels.severity}`));
  });

  it('the version of the chart is the release’s', () => {
    const { version } = JSON.parse(read('package.json'));
    expect(parse(read('deploy/helm/portaria/Chart.yaml'))).to.include({ version, appVersion: version });
  });
});
