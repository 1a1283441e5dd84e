
platform='intake'
all_regions=' us-east-1 us-east-2'
sources='sources.tsv'

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
    holds_artifacts
    deletes 'ArtifactsBucket'
    stack 'us-east-2/artifacts' 'us-east-2' 'artifacts' # 1
    holds_artifacts
    deletes 'ArtifactsBucket'
    stack 'us-east-1/keys' 'us-east-1' 'keys' # 2
    needs 0
    deletes 'AlertsKey' 'OrdersMaster' 'SignatureKey' 'TakerKey'
    keeps 'AlertsKey' 'OrdersMaster' 'SignatureKey' 'TakerKey'
    stack 'us-east-2/keys' 'us-east-2' 'keys' # 3
    needs 1
    deletes 'AlertsKey' 'OrdersMaster' 'SignatureKey' 'TakerKey'
    keeps 'AlertsKey' 'OrdersMaster' 'SignatureKey' 'TakerKey'
    stack 'us-east-1/network' 'us-east-1' 'network' # 4
    needs 0
    stack 'us-east-2/network' 'us-east-2' 'network' # 5
    needs 1
    stack 'us-east-1/data' 'us-east-1' 'data' # 6
    needs 0 2 3
    deletes 'SignatureSecret'
    keeps 'SignatureSecret'
    stack 'us-east-1/global' 'us-east-1' 'global' # 7
    needs 0 2 3
    deletes 'OrdersTable'
    keeps 'OrdersTable'
    stack 'us-east-1/app' 'us-east-1' 'app' # 8
    needs 0 2 4 7
    deletes 'InboxQueue' 'InboxDeadQueue' 'TakerLog'
    keeps 'InboxQueue' 'InboxDeadQueue' 'TakerLog'
    stack 'us-east-2/app' 'us-east-2' 'app' # 9
    needs 1 3 5 7
    deletes 'InboxQueue' 'InboxDeadQueue' 'TakerLog'
    keeps 'InboxQueue' 'InboxDeadQueue' 'TakerLog'
    stack 'us-east-1/recovery' 'us-east-1' 'recovery' # 10
    needs 0 2 7 8
    deletes 'EvacuateStandbyLog' 'ReadinessLog'
    keeps 'EvacuateStandbyLog' 'ReadinessLog'
    stack 'us-east-2/recovery' 'us-east-2' 'recovery' # 11
    needs 1 3 7 9
    deletes 'EvacuatePrimaryLog' 'ReadinessLog'
    keeps 'EvacuatePrimaryLog' 'ReadinessLog'
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

# What needs others comes before them; the artifacts come last.
backwards() {
    "$1" 11
    "$1" 10
    "$1" 9
    "$1" 8
    "$1" 7
    "$1" 6
    "$1" 5
    "$1" 4
    "$1" 3
    "$1" 2
    "$1" 1
    "$1" 0
}

type_of() {
    case $1/$2 in
        0/ArtifactsBucket | 1/ArtifactsBucket)
            type='AWS::S3::Bucket'
            ;;
        2/AlertsKey | 2/OrdersMaster | 2/SignatureKey | 2/TakerKey | 3/AlertsKey | 3/OrdersMaster | 3/SignatureKey | 3/TakerKey)
            type='AWS::KMS::Key'
            ;;
        6/SignatureSecret)
            type='AWS::SecretsManager::Secret'
            ;;
        7/OrdersTable)
            type='AWS::DynamoDB::GlobalTable'
            ;;
        8/InboxQueue | 8/InboxDeadQueue | 9/InboxQueue | 9/InboxDeadQueue)
            type='AWS::SQS::Queue'
            ;;
        8/TakerLog | 9/TakerLog | 10/EvacuateStandbyLog | 10/ReadinessLog | 11/EvacuatePrimaryLog | 11/ReadinessLog)
            type='AWS::Logs::LogGroup'
            ;;
        *)
            type=''
            ;;
    esac
}

# AWS deletes no key at once; 7 days are the shortest window. Until then the deletion can be cancelled.
key_remove() {
    text "$1" kms schedule-key-deletion --key-id "$2" --pending-window-in-days 7 --query DeletionDate || case $problem in
        *'pending deletion'* | *'pending replica deletion'*) ;;
        *) is_gone || give_up "scheduling the deletion of the key $2" "$1" ;;
    esac
    expires+=("the key $2 in $1 is deleted by AWS in 7 days; until then \`aws kms cancel-key-deletion\` keeps it")
}

table_unprotect() {
    attempt "looking at the table $2 in $1" "$1" dynamodb describe-table --table-name "$2" --query Table.DeletionProtectionEnabled || return 0
    [ "$out" = True ] || return 0
    attempt "lifting the protection of the table $2 in $1" "$1" dynamodb update-table --table-name "$2" --no-deletion-protection-enabled \
        --query TableDescription.TableStatus || return 0
    wait_until is_active "the table $2 in $1 can be changed" "$1" dynamodb describe-table --table-name "$2" --query Table.TableStatus
}

table_delete() {
    attempt "deleting the table $2" "$1" dynamodb delete-table --table-name "$2" --query TableDescription.TableStatus || return 0
    wait_until is_nothing "the table $2 is deleted" "$1" dynamodb describe-table --table-name "$2" --query Table.TableStatus
}

is_active() { [ "$1" = ACTIVE ] || [ "$1" = gone ]; }

table_replicas() {
    attempt "looking for the replicas of the table $2" "$1" dynamodb describe-table --table-name "$2" --query 'Table.Replicas[].[RegionName]'
}

prepare_AWS_DynamoDB_GlobalTable() {
    local replica replicas
    table_replicas "$@" || return 0
    replicas=$out
    table_unprotect "$@"
    while IFS= read -r replica; do
        is_nothing "$replica" || [ "$replica" = "$1" ] || table_unprotect "$replica" "$2"
    done <<<"$replicas"
}

# The replicas go one after the other, the table of the stack's Region last.
remove_AWS_DynamoDB_GlobalTable() {
    local replica replicas
    table_replicas "$@" || return 0
    replicas=$out
    while IFS= read -r replica; do
        if is_nothing "$replica" || [ "$replica" = "$1" ]; then continue; fi
        wait_until is_active "the table $2 can be changed" "$1" dynamodb describe-table --table-name "$2" --query Table.TableStatus
        attempt "deleting the replica of the table $2 in $replica" "$1" dynamodb update-table --table-name "$2" \
            --replica-updates "Delete={RegionName=$replica}" --query TableDescription.TableStatus || true
        wait_until is_nothing "the replica of the table $2 in $replica is deleted" "$1" dynamodb describe-table --table-name "$2" \
            --query "Table.Replicas[?RegionName=='$replica'].[ReplicaStatus]"
    done <<<"$replicas"
    wait_until is_active "the table $2 can be deleted" "$1" dynamodb describe-table --table-name "$2" --query Table.TableStatus
    table_delete "$@"
}

remove_AWS_KMS_Key() { key_remove "$@"; }

remove_AWS_Logs_LogGroup() {
    attempt "deleting the log group $2" "$1" logs delete-log-group --log-group-name "$2" || return 0
}

# Nothing is copied any more while both ends are emptied; a policy may refuse to everybody that objects are deleted.
prepare_AWS_S3_Bucket() {
    attempt "ending the replication of the bucket $2" "$1" s3api delete-bucket-replication --bucket "$2" || true
    attempt "taking away the policy of the bucket $2" "$1" s3api delete-bucket-policy --bucket "$2" || true
}

# A bucket is deleted when it holds no object, no version and no mark of a deletion.
remove_AWS_S3_Bucket() {
    local region=$1 bucket=$2 tries=0
    while :; do
        empty_bucket "$@" || return 0
        text "$region" s3api delete-bucket --bucket "$bucket" && return 0
        case $problem in
            # What was still on its way arrived meanwhile.
            *BucketNotEmpty*) tries=$((tries + 1)) ;;
            *)
                is_gone || give_up "deleting the bucket $bucket" "$region"
                return 0
                ;;
        esac
        [ "$tries" -lt 20 ] || fail "something still writes to the bucket $bucket: stop it, and run this again"
        sleep "$poll"
    done
}

empty_bucket() {
    local region=$1 bucket=$2
    while :; do
        if ! ask_aws "$region" json s3api list-object-versions --bucket "$bucket" --no-paginate \
            --query '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}'; then
            is_gone || give_up "listing what the bucket $bucket holds" "$region"
            return 1
        fi
        case $out in *'"Key"'*) ;; *) return 0 ;; esac
        say "emptying the bucket $bucket"
        printf '%s\n' "$out" >"$scratch.objects.json"
        text "$region" s3api delete-objects --bucket "$bucket" --delete "file://$scratch.objects.json" --query 'Errors[].[Code,Key]' ||
            give_up "emptying the bucket $bucket" "$region"
        is_nothing "$out" || fail "the bucket $bucket keeps ${out%%"$newline"*}: lift its lock or let these credentials delete versions, and run this again"
    done
}

remove_AWS_SQS_Queue() {
    attempt "deleting the queue $2" "$1" sqs delete-queue --queue-url "$2" || return 0
}

# Copies in other Regions go first.
remove_AWS_SecretsManager_Secret() {
    local replicas
    attempt "looking for the copies of the secret $2" "$1" secretsmanager describe-secret --secret-id "$2" \
        --query 'ReplicationStatus[].[Region]' || return 0
    if ! is_nothing "$out"; then
        replicas=()
        while IFS= read -r replica; do replicas+=("$replica"); done <<<"$out"
        attempt "deleting the copies of the secret $2" "$1" secretsmanager remove-regions-from-replication --secret-id "$2" \
            --remove-replica-regions "${replicas[@]}" --query ARN || return 0
        wait_until is_nothing "the copies of the secret $2 are deleted" "$1" secretsmanager describe-secret --secret-id "$2" \
            --query 'ReplicationStatus[].[Region]'
    fi
    attempt "deleting the secret $2" "$1" secretsmanager delete-secret --secret-id "$2" --force-delete-without-recovery --query ARN || return 0
}

can_remove() {
    case $1 in
        AWS::DynamoDB::GlobalTable | AWS::KMS::Key | AWS::Logs::LogGroup | AWS::S3::Bucket | AWS::SQS::Queue | AWS::SecretsManager::Secret)
            return 0
            ;;
        *)
            return 1
            ;;
    esac
}

prepare_resource() {
    case $2 in
        AWS::DynamoDB::GlobalTable)
            prepare_AWS_DynamoDB_GlobalTable "$1" "$3"
            ;;
        AWS::S3::Bucket)
            prepare_AWS_S3_Bucket "$1" "$3"
            ;;
    esac
}

remove_resource() {
    case $2 in
        AWS::DynamoDB::GlobalTable)
            remove_AWS_DynamoDB_GlobalTable "$1" "$3"
            ;;
        AWS::KMS::Key)
            remove_AWS_KMS_Key "$1" "$3"
            ;;
        AWS::Logs::LogGroup)
            remove_AWS_Logs_LogGroup "$1" "$3"
            ;;
        AWS::S3::Bucket)
            remove_AWS_S3_Bucket "$1" "$3"
            ;;
        AWS::SQS::Queue)
            remove_AWS_SQS_Queue "$1" "$3"
            ;;
        AWS::SecretsManager::Secret)
            remove_AWS_SecretsManager_Secret "$1" "$3"
            ;;
    esac
}

main "$@"
