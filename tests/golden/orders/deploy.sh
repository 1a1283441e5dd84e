
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
    capabilities 'CAPABILITY_NAMED_IAM'
    holds_data 'EvacuateStandbyLog' 'ReadinessLog'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/EvacuateStandbyLog","LogicalResourceId/ReadinessLog"]}]}'
    stack 'us-east-2/recovery' 'us-east-2' 'recovery' # 12
    capabilities 'CAPABILITY_NAMED_IAM'
    holds_data 'EvacuatePrimaryLog' 'HomeLog' 'ReadinessLog'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/EvacuatePrimaryLog","LogicalResourceId/HomeLog","LogicalResourceId/ReadinessLog"]}]}'
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
            step_phase=1 step_last=1 step_size=7322 step_hash=a781fd81733644cc19c65a990325a13361517fa154c2c00b5188fa38b033c56c step_template='us-east-1/keys.template.json'
            ;;
        1/3)
            step_phase=1 step_last=1 step_size=7242 step_hash=b39b17aa6b93597a9bf99244355ad8ddb4bcd29bbb2bb95da0f64256baba36a6 step_template='us-east-2/keys.template.json'
            ;;
        1/4)
            step_phase=1 step_last=1 step_size=6235 step_hash=943bc22341b6e081baef4661f0997d3fda148d57cb47a47767b4d133bc891bb3 step_template='us-east-1/network.template.json'
            ;;
        1/5)
            step_phase=1 step_last=1 step_size=6235 step_hash=1f5e8d9a21260f81d505defd00d9b4ba47148b0787453c28582c4ebb2bc15a6e step_template='us-east-2/network.template.json'
            ;;
        1/6)
            step_phase=1 step_last=0 step_size=13069 step_hash=003cd080692991eb8479dc4fac307da71fd40932c6d897c205e73a7076479403 step_template='us-east-1/data.phase-1.template.json'
            ;;
        1/7)
            step_phase=1 step_last=0 step_size=11231 step_hash=5818b90ab7c7a4e0d72c629a4036629b435cdabb71f1206ef592b6e0881f7d36 step_template='us-east-2/data.phase-1.template.json'
            ;;
        1/8)
            step_phase=1 step_last=1 step_size=3307 step_hash=eec5ed1f06e775c4971a00a64dc282c96a8ddfd217761e0fa7d7b58345560f27 step_template='us-east-1/app.template.json'
            ;;
        1/9)
            step_phase=1 step_last=1 step_size=3307 step_hash=bed149a2aa0f2d41d2a0339188ef8232d28d80537713f96f56c13328d9a0972a step_template='us-east-2/app.template.json'
            ;;
        1/10)
            step_phase=1 step_last=1 step_size=2638 step_hash=da8c96b17d3e7c891ad9dc556b23135ae4f8a7a192f043472aea87c2a79b9a3f step_template='us-east-1/global.template.json'
            ;;
        1/11)
            step_phase=1 step_last=1 step_size=42932 step_hash=1ef35e120e32f5ec5c0691ba121138d8e9dd9aed59af20e7e651533122287175 step_template='us-east-1/recovery.template.json'
            ;;
        1/12)
            step_phase=1 step_last=1 step_size=56443 step_hash=9a663cf8972fd27a3b729d155a1c04c644e03ea6e15f9a2116a4a6992b106875 step_template='us-east-2/recovery.template.json'
            ;;
        2/6)
            step_phase=2 step_last=1 step_size=14640 step_hash=1f5aa87ff1812eb9907aa95c3ef41640e97c186c1e8aac274928973fd26972a9 step_template='us-east-1/data.template.json'
            ;;
        2/7)
            step_phase=2 step_last=1 step_size=12802 step_hash=e9d23823e5e6db7dfe79c3ad3e5135f5357a3946bca1051aadd220365df26a8b step_template='us-east-2/data.template.json'
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
            from_output 'AlertsKeyArn' 2 'AlertsKeyArn'
            from_output 'AlertsTopicTopicArn' 8 'AlertsTopicTopicArn'
            from_output 'CartsTable' 10 'CartsTable'
            from_output 'CartsTableArn' 10 'CartsTableArn'
            from_output 'LedgerCluster' 6 'LedgerCluster'
            from_output 'LedgerClusterDBClusterArn' 6 'LedgerClusterDBClusterArn'
            from_output 'LedgerGlobal' 6 'LedgerGlobal'
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
    "$1" 1 7
    "$1" 1 11 12
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

tell_outputs() {
    tell 'carts_table' 10 'CartsTable'
    tell 'invoices_bucket' 6 'InvoicesBucket'
    tell 'invoices_bucket' 7 'InvoicesBucket'
    tell 'ledger_host' 6 'LedgerHost'
    tell 'ledger_host' 7 'LedgerHost'
}

main "$@"
