// One step of a partner that uses Java's XML security: arguments and files in, result on standard output.
import java.io.File;
import java.io.FileInputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

public class XmlSecurity {
  static final XMLSignatureFactory signatures = XMLSignatureFactory.getInstance("DOM");

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "verify" -> System.out.print(verify(read(args[1]), certificate(args[2]), args[3]));
      case "sign" -> System.out.print(sign(read(args[1]), key(args[2]), args[3], args[4]));
      case "unwrap" -> System.out.print(unwrap(Files.readAllBytes(Path.of(args[1])), key(args[2])));
    }
  }

  static boolean verify(Document document, PublicKey key, String name) throws Exception {
    Element signed = (Element) document.getElementsByTagNameNS("*", name).item(0);
    for (var node = signed.getFirstChild(); node != null; node = node.getNextSibling())
      if ("Signature".equals(node.getLocalName())) {
        var context = new DOMValidateContext(key, node);
        context.setIdAttributeNS(signed, null, "ID");
        return signatures.unmarshalXMLSignature(context).validate(context);
      }
    return false;
  }

  /** Enveloped, behind the Issuer. */
  static String sign(Document document, PrivateKey key, String algorithm, String canonicalization) throws Exception {
    Element root = document.getDocumentElement();
    var reference = signatures.newReference(
        "#" + root.getAttribute("ID"),
        signatures.newDigestMethod("http://www.w3.org/2001/04/xmlenc#sha256", null),
        List.of(
            signatures.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
            signatures.newTransform(canonicalization, (TransformParameterSpec) null)),
        null,
        null);
    var info = signatures.newSignedInfo(
        signatures.newCanonicalizationMethod(canonicalization, (C14NMethodParameterSpec) null),
        signatures.newSignatureMethod(algorithm, null),
        List.of(reference));
    var context = new DOMSignContext(key, root, root.getFirstChild().getNextSibling());
    context.setIdAttributeNS(root, null, "ID");
    signatures.newXMLSignature(info, null).sign(context);
    var transformer = TransformerFactory.newInstance().newTransformer();
    transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    var written = new StringWriter();
    transformer.transform(new DOMSource(document), new StreamResult(written));
    return written.toString();
  }

  /** RSA-OAEP with SHA-256 for hash and MGF1. */
  static String unwrap(byte[] wrapped, PrivateKey key) throws Exception {
    Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
    cipher.init(Cipher.DECRYPT_MODE, key, new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
    return Base64.getEncoder().encodeToString(cipher.doFinal(wrapped));
  }

  static Document read(String file) throws Exception {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    return factory.newDocumentBuilder().parse(new File(file));
  }

  static PublicKey certificate(String file) throws Exception {
    try (var stream = new FileInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificate(stream).getPublicKey();
    }
  }

  static PrivateKey key(String file) throws Exception {
    String text = Files.readString(Path.of(file)).replaceAll("-----[A-Z ]+-----|\\s", "");
    return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
  }
}
