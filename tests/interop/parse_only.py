"""The AWS CLI, all of it but the last step: what would be sent is checked against
the service's model and is not sent. Exit 0 where the command is right."""

import os
import sys

import botocore.client
from awscli.clidriver import main
from botocore.validate import ParamValidator


def check(self, operation_name, api_params):
    model = self.meta.service_model.operation_model(operation_name)
    if model.input_shape is not None:
        report = ParamValidator().validate(api_params, model.input_shape)
        if report.has_errors():
            print(report.generate_report(), file=sys.stderr)
            sys.stderr.flush()
            os._exit(2)
    print(f"{self.meta.service_model.service_name}:{operation_name}", file=sys.stderr)
    # What a shell variable or a substitution would take up.
    print("placeholder")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


botocore.client.BaseClient._make_api_call = check
sys.exit(main())
