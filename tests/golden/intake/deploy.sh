
platform='intake'
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
    holds_data 'AlertsKey' 'OrdersMaster' 'SignatureKey' 'TakerKey'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/AlertsKey","LogicalResourceId/OrdersMaster","LogicalResourceId/SignatureKey","LogicalResourceId/TakerKey"]}]}'
    stack 'us-east-2/keys' 'us-east-2' 'keys' # 3
    holds_data 'AlertsKey' 'OrdersMaster' 'SignatureKey' 'TakerKey'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/AlertsKey","LogicalResourceId/OrdersMaster","LogicalResourceId/SignatureKey","LogicalResourceId/TakerKey"]}]}'
    stack 'us-east-1/network' 'us-east-1' 'network' # 4
    stack 'us-east-2/network' 'us-east-2' 'network' # 5
    stack 'us-east-1/data' 'us-east-1' 'data' # 6
    holds_data 'SignatureSecret'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/SignatureSecret"]}]}'
    stack 'us-east-1/global' 'us-east-1' 'global' # 7
    holds_data 'OrdersTable'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/OrdersTable"]}]}'
    stack 'us-east-1/app' 'us-east-1' 'app' # 8
    capabilities 'CAPABILITY_NAMED_IAM'
    holds_data 'InboxDeadQueue' 'InboxQueue' 'TakerLog'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/InboxDeadQueue","LogicalResourceId/InboxQueue","LogicalResourceId/TakerLog"]}]}'
    stack 'us-east-2/app' 'us-east-2' 'app' # 9
    capabilities 'CAPABILITY_NAMED_IAM'
    holds_data 'InboxDeadQueue' 'InboxQueue' 'TakerLog'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/InboxDeadQueue","LogicalResourceId/InboxQueue","LogicalResourceId/TakerLog"]}]}'
    stack 'us-east-1/recovery' 'us-east-1' 'recovery' # 10
    capabilities 'CAPABILITY_NAMED_IAM'
    holds_data 'EvacuateStandbyLog' 'ReadinessLog'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/EvacuateStandbyLog","LogicalResourceId/ReadinessLog"]}]}'
    stack 'us-east-2/recovery' 'us-east-2' 'recovery' # 11
    capabilities 'CAPABILITY_NAMED_IAM'
    holds_data 'EvacuatePrimaryLog' 'ReadinessLog'
    protect
    policy '{"Statement":[{"Effect":"Allow","Action":["Update:*"],"Principal":"*","Resource":["*"]},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":["LogicalResourceId/EvacuatePrimaryLog","LogicalResourceId/ReadinessLog"]}]}'
}

name_of() {
    case $1 in
        0 | 1)
            name='intake-artifacts-'"${value[0]}"
            ;;
        2 | 3)
            name='intake-keys-'"${value[0]}"
            ;;
        4 | 5)
            name='intake-network-'"${value[0]}"
            ;;
        6)
            name='intake-data-'"${value[0]}"
            ;;
        7)
            name='intake-global-'"${value[0]}"
            ;;
        8 | 9)
            name='intake-app-'"${value[0]}"
            ;;
        10 | 11)
            name='intake-recovery-'"${value[0]}"
            ;;
    esac
}

tags_of() {
    case $1 in
        0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11)
            tag 'system' 'intake'
            ;;
    esac
}

step_of() {
    case $1/$2 in
        1/0)
            step_phase=1 step_last=1 step_size=3073 step_hash=d75ae6d1087cfdef60096d974a0b24ad72f960cb5b11adbbc9a1598049e9fc9b step_template='us-east-1/artifacts.template.json'
            ;;
        1/1)
            step_phase=1 step_last=1 step_size=3073 step_hash=05608d3b6f93736479186c7d343f33965d6b38a44d113add70d5971f612950fe step_template='us-east-2/artifacts.template.json'
            ;;
        1/2)
            step_phase=1 step_last=1 step_size=7071 step_hash=8220711b14d56e3b2d7922f8a9367b1a03ca6290dfde21cfd623d876133d1cb8 step_template='us-east-1/keys.template.json'
            ;;
        1/3)
            step_phase=1 step_last=1 step_size=6989 step_hash=fd99090e6fe3d2ec67e9a876c7705d5aacf842f60f5055c9d0bbf11fa298c544 step_template='us-east-2/keys.template.json'
            ;;
        1/4)
            step_phase=1 step_last=1 step_size=7682 step_hash=d089ab0fad6289d42b0fc51c371b39306061f274c81a98be5c1cea4b4e9e0fa8 step_template='us-east-1/network.template.json'
            ;;
        1/5)
            step_phase=1 step_last=1 step_size=7682 step_hash=381352b5b5f68686c890437df03986e7244af874ea60971d6e2e5997fc6203a9 step_template='us-east-2/network.template.json'
            ;;
        1/6)
            step_phase=1 step_last=1 step_size=1371 step_hash=7730672a9f57cf7f108ef996d1285d8d3e1b71431f4e092c2018d1c1a0324bbd step_template='us-east-1/data.template.json'
            ;;
        1/7)
            step_phase=1 step_last=1 step_size=2368 step_hash=e679fb9ad4969d17337f02b7d5ebe718f59624c78b30d87308f42c612638dc67 step_template='us-east-1/global.template.json'
            ;;
        1/8)
            step_phase=1 step_last=1 step_size=17127 step_hash=d6274ed72141cf8421613a87a493a5b3bf82983da39ffe6bf793e0dc5978ebff step_template='us-east-1/app.template.json' step_archives='d5288178d80688d9932d0cf241e1dee16eb9a76f036f3a1347e3b2685a468e22.zip'
            ;;
        1/9)
            step_phase=1 step_last=1 step_size=17101 step_hash=d6aad810f4fdb49f5ecda4c0176ea379abfc10aac455cc588d1d15a7d94147d9 step_template='us-east-2/app.template.json' step_archives='d5288178d80688d9932d0cf241e1dee16eb9a76f036f3a1347e3b2685a468e22.zip'
            ;;
        1/10)
            step_phase=1 step_last=1 step_size=37044 step_hash=710dfae7b15ce068f7b553cbc5b1f6061aaec8d2d95b39fbe6965c1a7f732b68 step_template='us-east-1/recovery.template.json'
            ;;
        1/11)
            step_phase=1 step_last=1 step_size=37185 step_hash=10dc80424739b0c577a067337ffe2b87b5e50fe6345a0186245874d1e5d81e9b step_template='us-east-2/recovery.template.json'
            ;;
    esac
}

parameters_of() {
    case $1/$2 in
        1/0 | 1/1 | 1/2 | 1/3 | 1/4 | 1/5)
            from_param 'Suffix' 0
            ;;
        1/6)
            from_output 'SignatureKeyArn' 2 'SignatureKeyArn'
            from_param 'Suffix' 0
            ;;
        1/7)
            from_output 'OrdersAlias' 2 'OrdersAlias'
            from_param 'Suffix' 0
            ;;
        1/8)
            from_output 'AlertsKeyArn' 2 'AlertsKeyArn'
            from_output 'ArtifactsBucket' 0 'ArtifactsBucket'
            from_output 'NetSubnetA' 4 'NetSubnetA'
            from_output 'NetSubnetB' 4 'NetSubnetB'
            from_output 'NetSubnetC' 4 'NetSubnetC'
            from_output 'NetVpc' 4 'NetVpc'
            from_output 'OrdersMasterArn' 2 'OrdersMasterArn'
            from_output 'OrdersTable' 7 'OrdersTable'
            from_param 'Pager' 1
            from_output 'SignatureKeyArn' 2 'SignatureKeyArn'
            from_param 'Suffix' 0
            from_output 'TakerKeyArn' 2 'TakerKeyArn'
            ;;
        1/9)
            from_output 'AlertsKeyArn' 3 'AlertsKeyArn'
            from_output 'ArtifactsBucket' 1 'ArtifactsBucket'
            from_output 'NetSubnetA' 5 'NetSubnetA'
            from_output 'NetSubnetB' 5 'NetSubnetB'
            from_output 'NetSubnetC' 5 'NetSubnetC'
            from_output 'NetVpc' 5 'NetVpc'
            from_output 'OrdersMasterArn' 3 'OrdersMasterArn'
            from_param 'Pager' 1
            from_output 'SignatureKeyArn' 3 'SignatureKeyArn'
            from_param 'Suffix' 0
            from_output 'TakerKeyArn' 3 'TakerKeyArn'
            ;;
        1/10)
            from_output 'AlertsKeyArn' 2 'AlertsKeyArn'
            from_output 'AlertsTopicTopicArn' 8 'AlertsTopicTopicArn'
            from_output 'InboxDeadQueueQueueName' 8 'InboxDeadQueueQueueName'
            from_output 'InboxQueue' 8 'InboxQueue'
            from_output 'InboxQueueArn' 8 'InboxQueueArn'
            from_output 'InboxQueueQueueName' 8 'InboxQueueQueueName'
            from_output 'OrdersTable' 7 'OrdersTable'
            from_output 'OrdersTableArn' 7 'OrdersTableArn'
            from_param 'Suffix' 0
            from_output 'TakerFunction' 8 'TakerFunction'
            from_output 'TakerFunctionArn' 8 'TakerFunctionArn'
            ;;
        1/11)
            from_output 'AlertsKeyArn' 3 'AlertsKeyArn'
            from_output 'AlertsTopicTopicArn' 9 'AlertsTopicTopicArn'
            from_output 'InboxDeadQueueQueueName' 9 'InboxDeadQueueQueueName'
            from_output 'InboxQueue' 9 'InboxQueue'
            from_output 'InboxQueueArn' 9 'InboxQueueArn'
            from_output 'InboxQueueQueueName' 9 'InboxQueueQueueName'
            from_param 'Suffix' 0
            from_output 'TakerFunction' 9 'TakerFunction'
            from_output 'TakerFunctionArn' 9 'TakerFunctionArn'
            ;;
    esac
}

# Stacks of one line do not need each other.
waves() {
    "$1" 1 0 1
    "$1" 1 2 3 4 5
    "$1" 1 6 7
    "$1" 1 8 9
    "$1" 1 10 11
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
    :
}

main "$@"
