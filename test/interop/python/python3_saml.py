# One step of a service provider by python3-saml (OneLogin): JSON in, JSON out.
import json, sys
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

step = json.load(sys.stdin)
url = step['url']
idp = OneLogin_Saml2_IdPMetadataParser.parse(step['idpMetadata'])
settings = OneLogin_Saml2_IdPMetadataParser.merge_settings(idp, {
    'strict': True,
    'sp': {'entityId': url + '/md', 'x509cert': step['certificate'], 'privateKey': step['key'],
           'assertionConsumerService': {'url': url + '/acs'}, 'singleLogoutService': {'url': url + '/slo'},
           'NameIDFormat': step.get('format', 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent')},
    'security': {'authnRequestsSigned': True, 'logoutRequestSigned': True, 'logoutResponseSigned': True, 'wantAssertionsSigned': True, 'wantMessagesSigned': True,
                 'wantAssertionsEncrypted': True, 'wantNameId': True, 'wantXMLValidation': True, 'rejectDeprecatedAlgorithm': True,
                 'requestedAuthnContext': ['urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'],
                 'signatureAlgorithm': step.get('signatureAlgorithm', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'), 'digestAlgorithm': 'http://www.w3.org/2001/04/xmlenc#sha256'},
})
host = url.split('//')[1]
request = {'https': 'off', 'http_host': host, 'server_port': host.split(':')[1], 'script_name': step.get('path', '/acs'), 'get_data': step.get('get', {}), 'post_data': step.get('post', {}),
           'query_string': step.get('query', '')}
auth = OneLogin_Saml2_Auth(request, settings)
if step['do'] == 'request':
    out = {'url': auth.login(return_to='/here'), 'id': auth.get_last_request_id()}
elif step['do'] == 'response':
    auth.process_response(request_id=step['id'])
    out = {'errors': auth.get_errors(), 'reason': auth.get_last_error_reason(), 'nameId': auth.get_nameid(), 'attributes': auth.get_attributes(), 'session': auth.get_session_index()}
elif step['do'] == 'logout':
    out = {'url': auth.logout(name_id=step['nameId'], session_index=step['session'], name_id_format='urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
                              nq=step['nameQualifier'], spnq=url + '/md'), 'id': auth.get_last_request_id()}
elif step['do'] == 'logout-response':
    auth.process_slo(keep_local_session=True, request_id=step['id'])
    out = {'errors': auth.get_errors(), 'reason': auth.get_last_error_reason()}
print(json.dumps(out))
