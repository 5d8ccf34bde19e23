import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { settings } from '../../src/config/index.ts';
import { type Charts, manifests, plainManifests, read, readCharts } from '../support/deploy-files.ts';
import { needSoftware } from '../support/missing.ts';

// objects of other people's shape
// biome-ignore lint/suspicious/noExplicitAny: the schemas of Kubernetes say what they are, and the first test holds them
type Thing = { kind: string; spec: any; data: Record<string, string> };
const thingsIn = (text: string): Thing[] => parseAllDocuments(text).map((one) => one.toJS());

/** As it comes, with everything turned round, and with what the schema refuses. */
const values = [
  {},
  {
    image: { repository: 'example.com/portaria', tag: 'next' },
    autoscaling: { enabled: false },
    ingress: { annotations: { 'cert-manager.io/cluster-issuer': 'example' } },
    networkPolicy: { from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress' } } }] },
    serviceMonitor: { enabled: true },
    imagePullSecrets: [{ name: 'registry' }],
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    tolerations: [{ key: 'logins', operator: 'Exists' }],
  },
  { ingress: { enabled: false }, networkPolicy: { enabled: false }, podDisruptionBudget: { enabled: false } },
  { baseUrl: 'http://login.example.com' },
  { baseUrl: 'https://login.example.com/path' },
  { replicas: 0 },
];

describe('deploy: Kubernetes', () => {
  let charts: Charts;
  before(function () {
    needSoftware(this, 'deploy-tools');
    charts = readCharts(values, ['1.25', '1.31', '1.37']);
  });

  it('the chart has no fault for Helm, and its objects fit the schemas of old and new Kubernetes, strictly', () => {
    expect(charts.lint.messages.filter(({ error }) => error !== 'icon is recommended')).to.deep.equal([]);
    expect(charts.faults).to.deep.equal([]);
    expect(charts.rendered.slice(0, 3).map((one) => typeof one)).to.deep.equal(['object', 'object', 'object']);
  });

  it('a value that cannot work is refused by its name', () => {
    const refused = charts.rendered.slice(3);
    for (const [i, word] of ['/baseUrl', '/baseUrl', '/replicas'].entries()) expect(refused[i]).to.be.a('string').and.contain(word);
  });

  it('the manifests for who uses no Helm are those of the chart', () => {
    expect(read(manifests)).to.equal(plainManifests());
  });

  it('a container is nobody in particular, writes nothing but its own folders, and gets no token of the cluster', () => {
    const things = thingsIn(read(manifests));
    const { spec } = things.find(({ kind }) => kind === 'Deployment')!;
    const pod = spec.template.spec;
    const [container] = pod.containers;
    expect(pod.securityContext).to.deep.include({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.automountServiceAccountToken).to.equal(false);
    expect(read('Dockerfile')).to.contain(`USER ${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`);
    expect(container.resources).to.have.all.keys('requests', 'limits');
    expect(things.map(({ kind }) => kind)).to.include.members([
      'PodDisruptionBudget',
      'HorizontalPodAutoscaler',
      'NetworkPolicy',
      'Ingress',
      'Service',
    ]);
  });

  it('waits for drain and grace, asks more often than the drain is long, and asks paths that there are', () => {
    const things = thingsIn(read(manifests));
    const { spec } = things.find(({ kind }) => kind === 'Deployment')!;
    const { data } = things.find(({ kind }) => kind === 'ConfigMap')!;
    const pod = spec.template.spec;
    const drain = Number(data.PORTARIA_DRAIN_SECONDS);
    expect(pod.terminationGracePeriodSeconds).to.be.greaterThan(drain + Number(data.PORTARIA_SHUTDOWN_GRACE_SECONDS));
    const { readinessProbe, livenessProbe, startupProbe } = pod.containers[0];
    expect(readinessProbe.periodSeconds * readinessProbe.failureThreshold).to.be.lessThan(drain);
    expect([readinessProbe, livenessProbe, startupProbe].map(({ httpGet }) => httpGet.path)).to.deep.equal([
      '/readyz',
      '/healthz',
      '/healthz',
    ]);
    expect(spec.strategy.rollingUpdate.maxUnavailable).to.equal(0);
  });

  it('secrets come from a Secret alone, and every setting that is named exists', () => {
    const named = thingsIn(read(manifests)).find(({ kind }) => kind === 'ConfigMap')!.data;
    const known = new Map(Object.values(settings).map((setting) => [setting.env as string, setting]));
    for (const name of Object.keys(named)) {
      expect(known.has(name), name).to.equal(true);
      expect((known.get(name) as { secret?: boolean }).secret, name).to.not.equal(true);
    }
    expect(read(manifests)).to.not.match(/kind: Secret/);
  });
});
