#!/usr/bin/env bash
# The language and its engine know nothing of healthcare: what is special to it stands in packs. No word of that
# trade may appear in grammar/, compiler/ or runtime/, comments and file names included.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Found anywhere, inside names too: PatientId, kx_modifier.
anywhere='medicare|medicaid|tricare|healthcare|telehealth|hipaa|hcpcs|97110|patient|therap|clinician|physician'
anywhere+='|hospital|payor|copay|beneficiar|modifier'
# Found only as words by themselves, between characters that are no letters or digits.
alone='cpt|pta|ptas|ota|otas|cq|kx|slp|cms|icd|npi|837p|diagnosis|clinic|clinics|medical|nurse'

pattern="($anywhere)|(^|[^[:alnum:]])($alone)([^[:alnum:]]|\$)"
status=0
if grep --recursive --line-number --ignore-case --extended-regexp "$pattern" grammar compiler runtime; then
    status=1
fi
if find grammar compiler runtime | grep --ignore-case --extended-regexp "$pattern"; then
    status=1
fi
if ((status != 0)); then
    echo "healthcare words in the engine (above); use neutral examples such as orders and shipments" >&2
fi
exit $status
