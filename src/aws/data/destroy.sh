# What it takes to delete things that hold data: a section for each type, of which a script gets those that its platform has.
#
# prepare_TYPE REGION ID   lifts what would refuse the deletion; runs for everything before anything is deleted
# remove_TYPE REGION ID    deletes it and waits; runs before the stack is deleted, so that a run that was stopped finds the id again
#
# ID is the physical id of CloudFormation. Both run again after a run that was stopped: what is gone already is no failure.
# Sources: API references of the services and the AWS CLI's command reference, as modelled in botocore 1.44.5 (24 November 2026).
# Nothing of it was tried on AWS.

## shared clusters
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

## shared key
# AWS deletes no key at once; 7 days are the shortest window. Until then the deletion can be cancelled.
key_remove() {
    text "$1" kms schedule-key-deletion --key-id "$2" --pending-window-in-days 7 --query DeletionDate || case $problem in
        *'pending deletion'* | *'pending replica deletion'*) ;;
        *) is_gone || give_up "scheduling the deletion of the key $2" "$1" ;;
    esac
    expires+=("the key $2 in $1 is deleted by AWS in 7 days; until then \`aws kms cancel-key-deletion\` keeps it")
}

## shared table
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

## AWS::RDS::GlobalCluster needs clusters
prepare_AWS_RDS_GlobalCluster() { global_prepare rds "$@"; }
remove_AWS_RDS_GlobalCluster() { global_remove rds "$@"; }

## AWS::RDS::DBCluster needs clusters
prepare_AWS_RDS_DBCluster() { cluster_prepare rds "$@"; }
remove_AWS_RDS_DBCluster() { cluster_remove rds "$@"; }

## AWS::RDS::DBInstance needs clusters
# The protection of an instance of a cluster is the cluster's.
prepare_AWS_RDS_DBInstance() {
    attempt "looking at the instance $2" "$1" rds describe-db-instances --db-instance-identifier "$2" \
        --query 'DBInstances[0].[DeletionProtection,DBClusterIdentifier]' || return 0
    [ "$out" = "True${tab}None" ] || return 0
    attempt "lifting the protection of the instance $2" "$1" rds modify-db-instance --db-instance-identifier "$2" --no-deletion-protection \
        --apply-immediately --query DBInstance.DBInstanceStatus || return 0
}
remove_AWS_RDS_DBInstance() { instance_remove rds "$@"; }

## AWS::DocDB::GlobalCluster needs clusters
prepare_AWS_DocDB_GlobalCluster() { global_prepare docdb "$@"; }
remove_AWS_DocDB_GlobalCluster() { global_remove docdb "$@"; }

## AWS::DocDB::DBCluster needs clusters
prepare_AWS_DocDB_DBCluster() { cluster_prepare docdb "$@"; }
remove_AWS_DocDB_DBCluster() { cluster_remove docdb "$@"; }

## AWS::Neptune::GlobalCluster needs clusters
prepare_AWS_Neptune_GlobalCluster() { global_prepare neptune "$@"; }
remove_AWS_Neptune_GlobalCluster() { global_remove neptune "$@"; }

## AWS::Neptune::DBCluster needs clusters
prepare_AWS_Neptune_DBCluster() { cluster_prepare neptune "$@"; }
remove_AWS_Neptune_DBCluster() { cluster_remove neptune "$@"; }

## AWS::DynamoDB::Table needs table
prepare_AWS_DynamoDB_Table() { table_unprotect "$@"; }
remove_AWS_DynamoDB_Table() { table_delete "$@"; }

## AWS::DynamoDB::GlobalTable needs table
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

## AWS::S3::Bucket
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

## AWS::KMS::Key needs key
remove_AWS_KMS_Key() { key_remove "$@"; }

## AWS::KMS::ReplicaKey needs key
remove_AWS_KMS_ReplicaKey() { key_remove "$@"; }

## AWS::SecretsManager::Secret
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

## AWS::Logs::LogGroup
remove_AWS_Logs_LogGroup() {
    attempt "deleting the log group $2" "$1" logs delete-log-group --log-group-name "$2" || return 0
}

## AWS::SQS::Queue
remove_AWS_SQS_Queue() {
    attempt "deleting the queue $2" "$1" sqs delete-queue --queue-url "$2" || return 0
}

## AWS::ElastiCache::GlobalReplicationGroup
# The secondaries leave first; the primary stays a group of its own.
prepare_AWS_ElastiCache_GlobalReplicationGroup() {
    local role member place members
    attempt "looking at the global datastore $2" "$1" elasticache describe-global-replication-groups --global-replication-group-id "$2" \
        --show-member-info --query 'GlobalReplicationGroups[].Members[].[Role,ReplicationGroupId,ReplicationGroupRegion]' || return 0
    members=$out
    while IFS=$tab read -r role member place; do
        [ "$role" = SECONDARY ] || continue
        say "$member in $place leaves the global datastore"
        attempt "detaching $member" "$1" elasticache disassociate-global-replication-group --global-replication-group-id "$2" \
            --replication-group-id "$member" --replication-group-region "$place" --query GlobalReplicationGroup.Status || true
        wait_until is_nothing "$member has left the global datastore" "$1" elasticache describe-global-replication-groups \
            --global-replication-group-id "$2" --show-member-info \
            --query "GlobalReplicationGroups[].Members[] | [?ReplicationGroupId=='$member'].[Status]"
    done <<<"$members"
}

remove_AWS_ElastiCache_GlobalReplicationGroup() {
    attempt "deleting the global datastore $2" "$1" elasticache delete-global-replication-group --global-replication-group-id "$2" \
        --retain-primary-replication-group --query GlobalReplicationGroup.Status || return 0
    wait_until is_nothing "the global datastore $2 is deleted" "$1" elasticache describe-global-replication-groups \
        --global-replication-group-id "$2" --query 'GlobalReplicationGroups[0].Status'
}

## AWS::ElastiCache::ReplicationGroup
remove_AWS_ElastiCache_ReplicationGroup() {
    attempt "looking at the replication group $2" "$1" elasticache describe-replication-groups --replication-group-id "$2" \
        --query 'ReplicationGroups[0].Status' || return 0
    if [ "$out" != deleting ]; then
        attempt "deleting the replication group $2" "$1" elasticache delete-replication-group --replication-group-id "$2" \
            --no-retain-primary-cluster --query ReplicationGroup.Status || return 0
    fi
    wait_until is_nothing "the replication group $2 is deleted" "$1" elasticache describe-replication-groups --replication-group-id "$2" \
        --query 'ReplicationGroups[0].Status'
}

## AWS::Backup::BackupVault
remove_AWS_Backup_BackupVault() {
    local point
    attempt "listing the recovery points of $2" "$1" backup list-recovery-points-by-backup-vault --backup-vault-name "$2" \
        --query 'RecoveryPoints[].[RecoveryPointArn]' || return 0
    while IFS= read -r point; do
        is_nothing "$point" || attempt "deleting the recovery point $point" "$1" backup delete-recovery-point --backup-vault-name "$2" \
            --recovery-point-arn "$point" || true
    done <<<"$out"
    wait_until is_nothing "the recovery points of $2 are deleted" "$1" backup list-recovery-points-by-backup-vault --backup-vault-name "$2" \
        --query 'RecoveryPoints[].[RecoveryPointArn]'
    attempt "deleting the vault $2" "$1" backup delete-backup-vault --backup-vault-name "$2" || return 0
}

## AWS::ECR::Repository
remove_AWS_ECR_Repository() {
    attempt "deleting the repository $2" "$1" ecr delete-repository --repository-name "$2" --force --query repository.repositoryName || return 0
}

## AWS::EFS::FileSystem
# Both sides become file systems of their own.
prepare_AWS_EFS_FileSystem() {
    attempt "ending the replication of $2" "$1" efs delete-replication-configuration --source-file-system-id "$2" || true
}

remove_AWS_EFS_FileSystem() {
    local target
    attempt "looking for the mount targets of $2" "$1" efs describe-mount-targets --file-system-id "$2" --query 'MountTargets[].[MountTargetId]' ||
        return 0
    while IFS= read -r target; do
        is_nothing "$target" || attempt "deleting the mount target $target" "$1" efs delete-mount-target --mount-target-id "$target" || true
    done <<<"$out"
    wait_until is_nothing "the mount targets of $2 are deleted" "$1" efs describe-mount-targets --file-system-id "$2" \
        --query 'MountTargets[].[MountTargetId]'
    attempt "deleting the file system $2" "$1" efs delete-file-system --file-system-id "$2" || return 0
}

## AWS::Cognito::UserPool
prepare_AWS_Cognito_UserPool() {
    attempt "lifting the protection of the user pool $2" "$1" cognito-idp update-user-pool --user-pool-id "$2" --deletion-protection INACTIVE ||
        return 0
}

remove_AWS_Cognito_UserPool() {
    local domain
    attempt "looking at the user pool $2" "$1" cognito-idp describe-user-pool --user-pool-id "$2" \
        --query '[[UserPool.Domain],[UserPool.CustomDomain]]' || return 0
    while IFS= read -r domain; do
        is_nothing "$domain" || attempt "deleting the domain $domain" "$1" cognito-idp delete-user-pool-domain --user-pool-id "$2" \
            --domain "$domain" || true
    done <<<"$out"
    attempt "deleting the user pool $2" "$1" cognito-idp delete-user-pool --user-pool-id "$2" || return 0
}

## AWS::Kinesis::Stream
remove_AWS_Kinesis_Stream() {
    attempt "deleting the stream $2" "$1" kinesis delete-stream --stream-name "$2" --enforce-consumer-deletion || return 0
    wait_until is_nothing "the stream $2 is deleted" "$1" kinesis describe-stream-summary --stream-name "$2" \
        --query StreamDescriptionSummary.StreamStatus
}

## AWS::Events::Archive
remove_AWS_Events_Archive() {
    attempt "deleting the archive $2" "$1" events delete-archive --archive-name "$2" || return 0
}

## AWS::Events::EventBus
# It is kept with its archive, and deleted when it has no rule any more. The rule of an archive went with the archive.
remove_AWS_Events_EventBus() {
    local rules rule targets target
    attempt "looking for the rules of the bus $2" "$1" events list-rules --event-bus-name "$2" --query 'Rules[].[Name]' || return 0
    rules=$out
    while IFS= read -r rule; do
        [ -n "$rule" ] && [ "$rule" != None ] || continue
        attempt "looking for the targets of the rule $rule" "$1" events list-targets-by-rule --event-bus-name "$2" --rule "$rule" \
            --query 'Targets[].[Id]' || continue
        if ! is_nothing "$out"; then
            targets=()
            while IFS= read -r target; do targets+=("$target"); done <<<"$out"
            attempt "taking the targets from the rule $rule" "$1" events remove-targets --event-bus-name "$2" --rule "$rule" \
                --ids "${targets[@]}" --query FailedEntryCount || continue
        fi
        attempt "deleting the rule $rule" "$1" events delete-rule --event-bus-name "$2" --name "$rule" || continue
    done <<<"$rules"
    attempt "deleting the bus $2" "$1" events delete-event-bus --name "$2" || return 0
}

## AWS::OpenSearchService::Domain
remove_AWS_OpenSearchService_Domain() {
    attempt "deleting the domain $2" "$1" opensearch delete-domain --domain-name "$2" --query DomainStatus.DomainName || return 0
    wait_until is_nothing "the domain $2 is deleted" "$1" opensearch describe-domain --domain-name "$2" --query DomainStatus.DomainName
}

## AWS::DSQL::Cluster
prepare_AWS_DSQL_Cluster() {
    attempt "lifting the protection of the cluster $2" "$1" dsql update-cluster --identifier "$2" --no-deletion-protection-enabled --query status ||
        return 0
}

# One that has a peer waits for it: PENDING_DELETE until the peer is deleted too.
remove_AWS_DSQL_Cluster() {
    attempt "deleting the cluster $2" "$1" dsql delete-cluster --identifier "$2" --query status || return 0
    wait_until is_leaving "the cluster $2 is deleted" "$1" dsql get-cluster --identifier "$2" --query status
}

is_leaving() { is_nothing "$1" || [ "$1" = PENDING_DELETE ]; }

## AWS::MemoryDB::Cluster
remove_AWS_MemoryDB_Cluster() {
    attempt "deleting the cluster $2" "$1" memorydb delete-cluster --cluster-name "$2" --query Cluster.Status || return 0
    wait_until is_nothing "the cluster $2 is deleted" "$1" memorydb describe-clusters --cluster-name "$2" --query 'Clusters[0].Status'
}

## AWS::MemoryDB::MultiRegionCluster
remove_AWS_MemoryDB_MultiRegionCluster() {
    attempt "deleting the multi-Region cluster $2" "$1" memorydb delete-multi-region-cluster --multi-region-cluster-name "$2" \
        --query MultiRegionCluster.Status || return 0
    wait_until is_nothing "the multi-Region cluster $2 is deleted" "$1" memorydb describe-multi-region-clusters \
        --multi-region-cluster-name "$2" --query 'MultiRegionClusters[0].Status'
}

## AWS::MSK::Cluster
remove_AWS_MSK_Cluster() {
    attempt "deleting the cluster $2" "$1" kafka delete-cluster --cluster-arn "$2" --query State || return 0
    wait_until is_nothing "the cluster $2 is deleted" "$1" kafka describe-cluster-v2 --cluster-arn "$2" --query ClusterInfo.State
}

## AWS::EC2::Volume
remove_AWS_EC2_Volume() {
    attempt "deleting the volume $2" "$1" ec2 delete-volume --volume-id "$2" || return 0
}

## AWS::Route53::HostedZone
# A zone is deleted when it has nothing but its own NS and SOA records.
remove_AWS_Route53_HostedZone() {
    local zone
    attempt "looking at the hosted zone $2" "$1" route53 get-hosted-zone --id "$2" --query HostedZone.Name || return 0
    zone=$out
    ask_aws "$1" json route53 list-resource-record-sets --hosted-zone-id "$2" \
        --query "{Changes: ResourceRecordSets[?!(Name=='$zone' && (Type=='NS' || Type=='SOA'))].{Action: 'DELETE', ResourceRecordSet: @}}" ||
        give_up "listing the records of the hosted zone $2" "$1"
    case $out in
        *'"DELETE"'*)
            printf '%s\n' "$out" >"$scratch.records.json"
            attempt "deleting the records of the hosted zone $2" "$1" route53 change-resource-record-sets --hosted-zone-id "$2" \
                --change-batch "file://$scratch.records.json" --query ChangeInfo.Status || return 0
            ;;
    esac
    attempt "deleting the hosted zone $2" "$1" route53 delete-hosted-zone --id "$2" --query ChangeInfo.Status || return 0
}
