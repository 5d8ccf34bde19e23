# One step of a service provider by pysaml2: JSON in, JSON out.
import json, os, sys, tempfile
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.client import Saml2Client
from saml2.config import Config
from saml2.metadata import entity_descriptor

step = json.load(sys.stdin)
url = step['url']
with tempfile.TemporaryDirectory() as folder:
    def keep(name, content):
        path = os.path.join(folder, name)
        with open(path, 'w') as file:
            file.write(content)
        return path
    files = {'key_file': keep('sp.key', step['key']), 'cert_file': keep('sp.crt', step['certificate'])}
    metadata = {'metadata': {'local': [keep('idp.xml', step['idpMetadata'])]}} if 'idpMetadata' in step else {}
    config = Config().load({
        'entityid': url + '/md', 'xmlsec_binary': '/usr/bin/xmlsec1', **files, 'encryption_keypairs': [files], 'accepted_time_diff': 60, 'allow_unknown_attributes': True, **metadata,
        'service': {'sp': {
            'endpoints': {'assertion_consumer_service': [(url + '/acs', BINDING_HTTP_POST)], 'single_logout_service': [(url + '/slo', BINDING_HTTP_REDIRECT)]},
            'authn_requests_signed': True, 'want_assertions_signed': True, 'want_response_signed': False, 'logout_requests_signed': True, 'allow_unsolicited': False,
            'name_id_format': ['urn:oasis:names:tc:SAML:2.0:nameid-format:transient'], 'signing_algorithm': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'digest_algorithm': 'http://www.w3.org/2001/04/xmlenc#sha256'}},
    })
    if step['do'] == 'metadata':
        out = {'xml': str(entity_descriptor(config))}
    else:
        client = Saml2Client(config)
        if step['do'] == 'request':
            binding = BINDING_HTTP_POST if step.get('post') else BINDING_HTTP_REDIRECT
            rid, info = client.prepare_for_authenticate(relay_state='/here', sign=True, sigalg='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
                                                       digest_alg='http://www.w3.org/2001/04/xmlenc#sha256', binding=binding)
            out = {'id': rid, 'form': str(info.get('data')), 'url': dict(info['headers']).get('Location')}
        else:
            response = client.parse_authn_request_response(step['response'], BINDING_HTTP_POST, outstanding={step['id']: '/'})
            session = response.session_info()
            out = {'nameId': session['name_id'].text, 'format': session['name_id'].format, 'attributes': session['ava'], 'authn': session['authn_info']}
print(json.dumps(out))
