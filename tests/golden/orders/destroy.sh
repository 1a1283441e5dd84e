
platform='orders'
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
    deletes 'AlertsKey' 'CartsMaster' 'InvoicesKey' 'LedgerKey'
    keeps 'AlertsKey' 'CartsMaster' 'InvoicesKey' 'LedgerKey'
    stack 'us-east-2/keys' 'us-east-2' 'keys' # 3
    needs 1
    deletes 'AlertsKey' 'CartsMaster' 'InvoicesKey' 'LedgerKey'
    keeps 'AlertsKey' 'CartsMaster' 'InvoicesKey' 'LedgerKey'
    stack 'us-east-1/network' 'us-east-1' 'network' # 4
    needs 0
    stack 'us-east-2/network' 'us-east-2' 'network' # 5
    needs 1
    stack 'us-east-1/data' 'us-east-1' 'data' # 6
    needs 0 2 3 4 7
    deletes 'InvoicesStore' 'LedgerInstance' 'LedgerCluster' 'LedgerGlobal' 'LedgerLog' 'LedgerSecret'
    keeps 'InvoicesStore' 'LedgerInstance' 'LedgerCluster' 'LedgerGlobal' 'LedgerLog' 'LedgerSecret'
    stack 'us-east-2/data' 'us-east-2' 'data' # 7
    needs 1 2 3 5 6
    deletes 'InvoicesStore' 'LedgerInstance' 'LedgerCluster' 'LedgerLog'
    keeps 'InvoicesStore' 'LedgerInstance' 'LedgerCluster' 'LedgerLog'
    stack 'us-east-1/app' 'us-east-1' 'app' # 8
    needs 0 2
    stack 'us-east-2/app' 'us-east-2' 'app' # 9
    needs 1 3
    stack 'us-east-1/global' 'us-east-1' 'global' # 10
    needs 0 2 3
    deletes 'CartsTable'
    keeps 'CartsTable'
    stack 'us-east-1/recovery' 'us-east-1' 'recovery' # 11
    needs 0 2 6 7 8 10
    deletes 'EvacuateStandbyLog' 'ReadinessLog'
    keeps 'EvacuateStandbyLog' 'ReadinessLog'
    stack 'us-east-2/recovery' 'us-east-2' 'recovery' # 12
    needs 1 3 6 7 9 10
    deletes 'EvacuatePrimaryLog' 'HomeLog' 'ReadinessLog'
    keeps 'EvacuatePrimaryLog' 'HomeLog' 'ReadinessLog'
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

# What needs others comes before them; the artifacts come last.
backwards() {
    "$1" 12
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
        0/ArtifactsBucket | 1/ArtifactsBucket | 6/InvoicesStore | 7/InvoicesStore)
            type='AWS::S3::Bucket'
            ;;
        2/AlertsKey | 2/CartsMaster | 2/InvoicesKey | 2/LedgerKey | 3/AlertsKey | 3/CartsMaster | 3/InvoicesKey | 3/LedgerKey)
            type='AWS::KMS::Key'
            ;;
        6/LedgerInstance | 7/LedgerInstance)
            type='AWS::RDS::DBInstance'
            ;;
        6/LedgerCluster | 7/LedgerCluster)
            type='AWS::RDS::DBCluster'
            ;;
        6/LedgerGlobal)
            type='AWS::RDS::GlobalCluster'
            ;;
        6/LedgerLog | 7/LedgerLog | 11/EvacuateStandbyLog | 11/ReadinessLog | 12/EvacuatePrimaryLog | 12/HomeLog | 12/ReadinessLog)
            type='AWS::Logs::LogGroup'
            ;;
        6/LedgerSecret)
            type='AWS::SecretsManager::Secret'
            ;;
        10/CartsTable)
            type='AWS::DynamoDB::GlobalTable'
            ;;
        *)
            type=''
            ;;
    esac
}

# Databases whose API is that of Amazon RDS. The first argument is the service of the command.

# A cluster that only reads leaves the global database here too: its Region may be the only one that is deleted.
cluster_prepare() {
    local service=$1 region=$2 id=$3 guarded arn global
    attempt "looking at the cluster $id" "$region" "$service" describe-db-clusters --db-cluster-identifier "$id" \
        --query 'DBClusters[0].[DeletionProtection,DBClusterArn]' || return 0
    IFS=$tab read -r guarded arn <<<"$out"
    attempt "looking for the global database of the cluster $id" "$region" "$service" describe-global-clusters \
        --query "GlobalClusters[?GlobalClusterMembers[?DBClusterArn=='$arn' && !IsWriter]].[GlobalClusterIdentifier]" || out=''
    global=$out
    is_nothing "$global" || member_leaves "$service" "$region" "$global" "$arn"
    [ "$guarded" = True ] || return 0
    wait_until is_settled "the cluster $id can be changed" "$region" "$service" describe-db-clusters --db-cluster-identifier "$id" \
        --query 'DBClusters[0].Status'
    attempt "lifting the protection of the cluster $id" "$region" "$service" modify-db-cluster --db-cluster-identifier "$id" \
        --no-deletion-protection --apply-immediately --query 'DBCluster.Status' || return 0
}

# What may still be changed by itself is waited for; what is stopped or broken is left to AWS to refuse.
is_settled() {
    case $1 in *ing | *ing-* | maintenance) return 1 ;; esac
    return 0
}

member_leaves() {
    local service=$1 region=$2 id=$3 member=$4 place
    # arn:PARTITION:rds:REGION:ACCOUNT:cluster:NAME
    place=${member#*:*:*:} place=${place%%:*}
    wait_until is_settled "the global database $id can be changed" "$region" "$service" describe-global-clusters \
        --global-cluster-identifier "$id" --query 'GlobalClusters[0].Status'
    say "$member leaves the global database"
    attempt "detaching $member" "$place" "$service" remove-from-global-cluster --global-cluster-identifier "$id" \
        --db-cluster-identifier "$member" --query 'GlobalCluster.Status' || true
    wait_until is_nothing "$member has left the global database" "$region" "$service" describe-global-clusters \
        --global-cluster-identifier "$id" --query "GlobalClusters[].GlobalClusterMembers[] | [?DBClusterArn=='$member'].[IsWriter]"
}

# A cluster with its instances, whoever made them; no final snapshot, automated backups go with it.
cluster_remove() {
    local service=$1 region=$2 id=$3 instance
    attempt "looking for the instances of the cluster $id" "$region" "$service" describe-db-clusters --db-cluster-identifier "$id" \
        --query 'DBClusters[0].DBClusterMembers[].[DBInstanceIdentifier]' || return 0
    while IFS= read -r instance; do
        [ -z "$instance" ] || [ "$instance" = None ] || instance_remove "$service" "$region" "$instance"
    done <<<"$out"
    attempt "deleting the cluster $id" "$region" "$service" delete-db-cluster --db-cluster-identifier "$id" --skip-final-snapshot \
        --query 'DBCluster.Status' || return 0
    wait_until is_nothing "the cluster $id is deleted" "$region" "$service" describe-db-clusters --db-cluster-identifier "$id" \
        --query 'DBClusters[0].Status'
}

instance_remove() {
    local service=$1 region=$2 id=$3 options=()
    attempt "looking at the instance $id" "$region" "$service" describe-db-instances --db-instance-identifier "$id" \
        --query 'DBInstances[0].[DBInstanceStatus,DBClusterIdentifier]' || return 0
    if [ "${out%%"$tab"*}" != deleting ]; then
        # An instance of a cluster has no snapshot of its own.
        [ "${out#*"$tab"}" != None ] || options=(--skip-final-snapshot)
        attempt "deleting the instance $id" "$region" "$service" delete-db-instance --db-instance-identifier "$id" ${options[@]+"${options[@]}"} \
            --query 'DBInstance.DBInstanceStatus' || return 0
    fi
    wait_until is_nothing "the instance $id is deleted" "$region" "$service" describe-db-instances --db-instance-identifier "$id" \
        --query 'DBInstances[0].DBInstanceStatus'
}

# Takes a global database apart: the readers leave first, then the writer, whoever that is today.
global_prepare() {
    local service=$1 region=$2 id=$3 writer what member members
    attempt "looking at the global database $id" "$region" "$service" describe-global-clusters --global-cluster-identifier "$id" \
        --query 'GlobalClusters[0].DeletionProtection' || return 0
    if [ "$out" = True ]; then
        attempt "lifting the protection of the global database $id" "$region" "$service" modify-global-cluster \
            --global-cluster-identifier "$id" --no-deletion-protection --query 'GlobalCluster.Status' || return 0
    fi
    for writer in False True; do
        attempt "looking for the members of the global database $id" "$region" "$service" describe-global-clusters \
            --global-cluster-identifier "$id" --query 'GlobalClusters[].GlobalClusterMembers[].[IsWriter,DBClusterArn]' || return 0
        members=$out
        while IFS=$tab read -r what member; do
            [ "$what" = "$writer" ] || continue
            member_leaves "$service" "$region" "$id" "$member"
        done <<<"$members"
    done
}

global_remove() {
    local service=$1 region=$2 id=$3
    attempt "deleting the global database $id" "$region" "$service" delete-global-cluster --global-cluster-identifier "$id" \
        --query 'GlobalCluster.Status' || return 0
    wait_until is_nothing "the global database $id is deleted" "$region" "$service" describe-global-clusters \
        --global-cluster-identifier "$id" --query 'GlobalClusters[0].Status'
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

prepare_AWS_RDS_DBCluster() { cluster_prepare rds "$@"; }
remove_AWS_RDS_DBCluster() { cluster_remove rds "$@"; }

# The protection of an instance of a cluster is the cluster's.
prepare_AWS_RDS_DBInstance() {
    attempt "looking at the instance $2" "$1" rds describe-db-instances --db-instance-identifier "$2" \
        --query 'DBInstances[0].[DeletionProtection,DBClusterIdentifier]' || return 0
    [ "$out" = "True${tab}None" ] || return 0
    attempt "lifting the protection of the instance $2" "$1" rds modify-db-instance --db-instance-identifier "$2" --no-deletion-protection \
        --apply-immediately --query DBInstance.DBInstanceStatus || return 0
}
remove_AWS_RDS_DBInstance() { instance_remove rds "$@"; }

prepare_AWS_RDS_GlobalCluster() { global_prepare rds "$@"; }
remove_AWS_RDS_GlobalCluster() { global_remove rds "$@"; }

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
        AWS::DynamoDB::GlobalTable | AWS::KMS::Key | AWS::Logs::LogGroup | AWS::RDS::DBCluster | AWS::RDS::DBInstance | AWS::RDS::GlobalCluster | AWS::S3::Bucket | AWS::SecretsManager::Secret)
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
        AWS::RDS::DBCluster)
            prepare_AWS_RDS_DBCluster "$1" "$3"
            ;;
        AWS::RDS::DBInstance)
            prepare_AWS_RDS_DBInstance "$1" "$3"
            ;;
        AWS::RDS::GlobalCluster)
            prepare_AWS_RDS_GlobalCluster "$1" "$3"
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
        AWS::RDS::DBCluster)
            remove_AWS_RDS_DBCluster "$1" "$3"
            ;;
        AWS::RDS::DBInstance)
            remove_AWS_RDS_DBInstance "$1" "$3"
            ;;
        AWS::RDS::GlobalCluster)
            remove_AWS_RDS_GlobalCluster "$1" "$3"
            ;;
        AWS::S3::Bucket)
            remove_AWS_S3_Bucket "$1" "$3"
            ;;
        AWS::SecretsManager::Secret)
            remove_AWS_SecretsManager_Secret "$1" "$3"
            ;;
    esac
}

main "$@"
