"""Lints and renders the chart by Helm's own library, and checks objects against the published schemas of Kubernetes. Reads {"values": [...], "versions": [...]} and prints JSON."""
import json
import sys

import helm_python as helm
import kubernetes_validate
import yaml

chart_folder, asked = sys.argv[1], json.loads(sys.argv[2])


def faults_of(text, version):
    faults = []
    for thing in yaml.safe_load_all(text):
        if not thing or "monitoring.coreos.com" in thing["apiVersion"]:
            continue
        try:
            kubernetes_validate.validate(thing, version, strict=True)
        except Exception as error:
            faults.append(f"{thing['kind']} for {version}: {error}"[:500])
    return faults


answer = {"lint": helm.lint(chart_folder), "rendered": [], "faults": []}
with helm.Chart.load(chart_folder) as chart:
    for values in asked["values"]:
        try:
            chart.validate_schema(values)
            found = chart.render(values, name="portaria", namespace="default")
            files = {name: text for name, text in sorted(found.items()) if name.endswith(".yaml") and text.strip()}
            answer["rendered"].append(files)
            for text in files.values():
                for version in asked["versions"]:
                    answer["faults"] += faults_of(text, version)
        except helm.HelmError as error:
            answer["rendered"].append(str(error))
print(json.dumps(answer))
