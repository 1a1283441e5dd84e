
platform='orders'
all_regions=' us-east-1 us-east-2'
sources='sources.tsv'
any_stateful=1

define() {
    parameter 'suffix' 'String'
    described_as 'Separates environments that live in one account.'
    defaults_to 'prod'
    part_of_names
    follows '[a-z][a-z0-9]{1,9}' '^([a-z][a-z0-9]{1,9})$'
    parameter 'pager' 'String'
    described_as 'The e-mail address of whoever is on call.'
    follows '[^@\s]+@[^@\s]+\.[^@\s]+' '^([^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+)$'
    stack 'us-east-1/artifacts' 'us-east-1' 'artifacts' # 0
    stack 'us-east-2/artifacts' 'us-east-2' 'artifacts' # 1
    stack 'us-east-1/keys' 'us-east-1' 'keys' # 2
    holds_data 'AlertsKey' 'CartsMaster' 'InvoicesKey' 'LedgerKey'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/AlertsKey","LogicalResourceId/CartsMaster","LogicalResourceId/InvoicesKey","LogicalResourceId/LedgerKey"]}]}'
    stack 'us-east-2/keys' 'us-east-2' 'keys' # 3
    holds_data 'AlertsKey' 'CartsMaster' 'InvoicesKey' 'LedgerKey'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/AlertsKey","LogicalResourceId/CartsMaster","LogicalResourceId/InvoicesKey","LogicalResourceId/LedgerKey"]}]}'
    stack 'us-east-1/network' 'us-east-1' 'network' # 4
    stack 'us-east-2/network' 'us-east-2' 'network' # 5
    stack 'us-east-1/data' 'us-east-1' 'data' # 6
    capabilities 'CAPABILITY_NAMED_IAM'
    holds_data 'InvoicesStore' 'LedgerCluster' 'LedgerGlobal' 'LedgerInstance' 'LedgerLog' 'LedgerSecret'
    grows_by 'InvoicesStore'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/InvoicesStore","LogicalResourceId/LedgerCluster","LogicalResourceId/LedgerGlobal","LogicalResourceId/LedgerInstance","LogicalResourceId/LedgerLog","LogicalResourceId/LedgerSecret"]}]}'
    stack 'us-east-2/data' 'us-east-2' 'data' # 7
    capabilities 'CAPABILITY_NAMED_IAM'
    holds_data 'InvoicesStore' 'LedgerCluster' 'LedgerInstance' 'LedgerLog'
    grows_by 'InvoicesStore'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/InvoicesStore","LogicalResourceId/LedgerCluster","LogicalResourceId/LedgerInstance","LogicalResourceId/LedgerLog"]}]}'
    stack 'us-east-1/app' 'us-east-1' 'app' # 8
    stack 'us-east-2/app' 'us-east-2' 'app' # 9
    stack 'us-east-1/global' 'us-east-1' 'global' # 10
    holds_data 'CartsTable'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/CartsTable"]}]}'
    stack 'us-east-1/recovery' 'us-east-1' 'recovery' # 11
    stack 'us-east-2/recovery' 'us-east-2' 'recovery' # 12
    capabilities 'CAPABILITY_NAMED_IAM'
    holds_data 'EvacuateLog'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/EvacuateLog"]}]}'
}

name_of() {
    case $1 in
        0 | 1)
            name='orders-artifacts-'"${value[0]}"
            ;;
        2 | 3)
            name='orders-keys-'"${value[0]}"
            ;;
        4 | 5)
            name='orders-network-'"${value[0]}"
            ;;
        6 | 7)
            name='orders-data-'"${value[0]}"
            ;;
        8 | 9)
            name='orders-app-'"${value[0]}"
            ;;
        10)
            name='orders-global-'"${value[0]}"
            ;;
        11 | 12)
            name='orders-recovery-'"${value[0]}"
            ;;
    esac
}

tags_of() {
    case $1 in
        0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12)
            tag 'system' 'orders'
            ;;
    esac
}

step_of() {
    case $1/$2 in
        1/0)
            step_phase=1 step_last=1 step_size=3073 step_hash=4177d950ce679b333f8c5b1139d08390b6e2b11946368038e3c0d1a0e8cda3c0 step_template='us-east-1/artifacts.template.json'
            ;;
        1/1)
            step_phase=1 step_last=1 step_size=3073 step_hash=b10176c252d64606badb8901a23471928e43c6caa728cff1d41ead2a631200c2 step_template='us-east-2/artifacts.template.json'
            ;;
        1/2)
            step_phase=1 step_last=1 step_size=6693 step_hash=cdc25cab3da6518db2b9551223e7fb65598a72a16b244e65612583370d38eddb step_template='us-east-1/keys.template.json'
            ;;
        1/3)
            step_phase=1 step_last=1 step_size=6613 step_hash=164df075b976c762f01c6a6b83931b21302791db3e4a5cf36e850b38b854e99a step_template='us-east-2/keys.template.json'
            ;;
        1/4)
            step_phase=1 step_last=1 step_size=6235 step_hash=943bc22341b6e081baef4661f0997d3fda148d57cb47a47767b4d133bc891bb3 step_template='us-east-1/network.template.json'
            ;;
        1/5)
            step_phase=1 step_last=1 step_size=6235 step_hash=1f5e8d9a21260f81d505defd00d9b4ba47148b0787453c28582c4ebb2bc15a6e step_template='us-east-2/network.template.json'
            ;;
        1/6)
            step_phase=1 step_last=0 step_size=12406 step_hash=f535b4981c6632d54916dcef7a6b5015904b4d11fc65d9384ad71986822a4200 step_template='us-east-1/data.phase-1.template.json'
            ;;
        1/7)
            step_phase=1 step_last=0 step_size=10805 step_hash=e15e2a0d11f9ae4d0945f50518bd9d366b4d1754a6494e21a520aae15e6c0b93 step_template='us-east-2/data.phase-1.template.json'
            ;;
        1/8)
            step_phase=1 step_last=1 step_size=2992 step_hash=f03b8760543dcdc6bb5ca623e993f5e8c07cca12ca2169245746742f2f106cac step_template='us-east-1/app.template.json'
            ;;
        1/9)
            step_phase=1 step_last=1 step_size=2992 step_hash=7c83aaf9cf8769590c4f44b5a94ed4fa0d8fe0d4a83411da4d22d6047f4e94eb step_template='us-east-2/app.template.json'
            ;;
        1/10)
            step_phase=1 step_last=1 step_size=2423 step_hash=604aaa4dedaaf6319100474ea8db886d3634ab3089dd67676bd3ed1891ab80c4 step_template='us-east-1/global.template.json'
            ;;
        1/11)
            step_phase=1 step_last=1 step_size=4280 step_hash=b9d790476ef6615520206514b6be9013c3f6165e2c8c10585ed86e3dde6570fb step_template='us-east-1/recovery.template.json'
            ;;
        1/12)
            step_phase=1 step_last=1 step_size=18201 step_hash=eaac2b1d04368fb6edbbfba3438d751e7b8f95ead117065aee50577ad7fae56c step_template='us-east-2/recovery.template.json'
            ;;
        2/6)
            step_phase=2 step_last=1 step_size=13977 step_hash=b28405db95bf03f11e497d25af7d98a39c09260d4cc8fc430125b12231c4167a step_template='us-east-1/data.template.json'
            ;;
        2/7)
            step_phase=2 step_last=1 step_size=12376 step_hash=a622cf0a96f9b777ec46be7ed4bd2d2e4efdeb08ed38b9dedc512bda6feca9ed step_template='us-east-2/data.template.json'
            ;;
    esac
}

parameters_of() {
    case $1/$2 in
        1/0 | 1/1 | 1/2 | 1/3 | 1/4 | 1/5)
            from_param 'Suffix' 0
            ;;
        1/6 | 2/6)
            from_output 'InvoicesKeyArn' 2 'InvoicesKeyArn'
            from_output 'LedgerKeyArn' 2 'LedgerKeyArn'
            from_output 'NetSubnetA' 4 'NetSubnetA'
            from_output 'NetSubnetB' 4 'NetSubnetB'
            from_output 'NetSubnetC' 4 'NetSubnetC'
            from_output 'NetVpc' 4 'NetVpc'
            from_param 'Suffix' 0
            ;;
        1/7 | 2/7)
            from_output 'InvoicesKeyArn' 3 'InvoicesKeyArn'
            from_output 'LedgerKeyArn' 3 'LedgerKeyArn'
            from_output 'NetSubnetA' 5 'NetSubnetA'
            from_output 'NetSubnetB' 5 'NetSubnetB'
            from_output 'NetSubnetC' 5 'NetSubnetC'
            from_output 'NetVpc' 5 'NetVpc'
            from_param 'Suffix' 0
            ;;
        1/8)
            from_output 'AlertsKeyArn' 2 'AlertsKeyArn'
            from_param 'Pager' 1
            from_param 'Suffix' 0
            ;;
        1/9)
            from_output 'AlertsKeyArn' 3 'AlertsKeyArn'
            from_param 'Pager' 1
            from_param 'Suffix' 0
            ;;
        1/10)
            from_output 'CartsAlias' 2 'CartsAlias'
            from_param 'Suffix' 0
            ;;
        1/11)
            from_output 'AlertsTopicTopicArn' 8 'AlertsTopicTopicArn'
            from_output 'CartsTable' 10 'CartsTable'
            from_output 'LedgerCluster' 6 'LedgerCluster'
            from_param 'Suffix' 0
            ;;
        1/12)
            from_output 'AlertsKeyArn' 3 'AlertsKeyArn'
            from_output 'AlertsTopicTopicArn' 9 'AlertsTopicTopicArn'
            from_output 'LedgerCluster' 7 'LedgerCluster'
            from_output 'LedgerClusterDBClusterArn' 7 'LedgerClusterDBClusterArn'
            from_param 'Suffix' 0
            ;;
    esac
}

# Stacks of one line do not need each other.
waves() {
    "$1" 1 0 1
    "$1" 1 2 3 4 5
    "$1" 1 6 8 9 10
    "$1" 1 7 11
    "$1" 1 12
    "$1" 2 6 7
}

artifacts_in() {
    case $1 in
        us-east-1)
            producer=0 output='ArtifactsBucket' dns_suffix='amazonaws.com'
            ;;
        us-east-2)
            producer=1 output='ArtifactsBucket' dns_suffix='amazonaws.com'
            ;;
    esac
}

main "$@"
