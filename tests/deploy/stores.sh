# What the services that keep data answer, with what they refuse. Part of `aws` beside this file.
# shellcheck shell=bash disable=SC2154

# Finds a thing that exists: its file in $thing.
find_thing() {
    thing=$fake/world/${3:-$region}/$1/$2
    [ -f "$thing" ] || fault "$4" "$2 not found"
}

# What a thing has under a word, in $had.
had() {
    local line
    had=''
    while IFS= read -r line; do
        case $line in "$1 "*) had=${line#"$1 "} ;; esac
    done <"$thing"
}

# Gives it another one, or none.
now_has() {
    local line text=''
    while IFS= read -r line; do
        case $line in "$1 "*) ;; *) text+=$line$newline ;; esac
    done <"$thing"
    [ -z "$2" ] || text+="$1 $2$newline"
    printf '%s' "$text" >"$thing"
}

truth() { if [ "$had" = yes ]; then printf 'True\n'; else printf 'False\n'; fi; }

# --- databases

rds_describe_db_clusters() {
    find_thing AWS::RDS::DBCluster "$option_db_cluster_identifier" '' DBClusterNotFoundFault
    case $query in
        'DBClusters[0].[DeletionProtection,DBClusterArn]')
            had protected
            printf '%s\tarn:aws:rds:%s:123456789012:cluster:%s\n' "$(truth)" "$region" "$option_db_cluster_identifier"
            ;;
        'DBClusters[0].DBClusterMembers[].[DBInstanceIdentifier]')
            had stack
            local file stack=$had
            for file in "$world"/AWS::RDS::DBInstance/"$stack"-*; do [ ! -f "$file" ] || printf '%s\n' "${file##*/}"; done
            ;;
        'DBClusters[0].Status') printf 'available\n' ;;
        *) refuse "unknown query $query" 252 ;;
    esac
}

rds_modify_db_cluster() {
    find_thing AWS::RDS::DBCluster "$option_db_cluster_identifier" '' DBClusterNotFoundFault
    [ -n "${option_no_deletion_protection-}" ] && now_has protected ''
    printf 'available\n'
}

rds_delete_db_cluster() {
    find_thing AWS::RDS::DBCluster "$option_db_cluster_identifier" '' DBClusterNotFoundFault
    had protected
    [ -z "$had" ] || fault InvalidParameterCombination 'Cannot delete protected Cluster, please disable deletion protection and try again.'
    had member
    [ -z "$had" ] || fault InvalidDBClusterStateFault 'This cluster is a part of a global cluster, please remove it from globalcluster first'
    had stack
    local file stack=$had
    for file in "$world"/AWS::RDS::DBInstance/"$stack"-*; do
        [ ! -f "$file" ] || fault InvalidDBClusterStateFault 'Cluster cannot be deleted, it still contains DB instances in non-deleting state.'
    done
    [ -n "${option_skip_final_snapshot-}" ] || fault InvalidParameterCombination 'FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.'
    rm -f "$thing"
}

rds_describe_db_instances() {
    find_thing AWS::RDS::DBInstance "$option_db_instance_identifier" '' DBInstanceNotFound
    case $query in
        'DBInstances[0].[DeletionProtection,DBClusterIdentifier]') printf 'False\tsome-cluster\n' ;;
        'DBInstances[0].[DBInstanceStatus,DBClusterIdentifier]') printf 'available\tsome-cluster\n' ;;
        'DBInstances[0].DBInstanceStatus') printf 'available\n' ;;
        *) refuse "unknown query $query" 252 ;;
    esac
}

rds_delete_db_instance() {
    find_thing AWS::RDS::DBInstance "$option_db_instance_identifier" '' DBInstanceNotFound
    [ -z "${option_skip_final_snapshot-}" ] || fault InvalidParameterCombination 'FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance'
    rm -f "$thing"
}

# Members of the global database: every cluster that has not left it. The writer is where the test says.
members() {
    local file place
    for file in "$fake"/world/*/AWS::RDS::DBCluster/*; do
        [ -f "$file" ] || continue
        thing=$file
        had member
        [ -n "$had" ] || continue
        place=${file#"$fake/world/"} place=${place%%/*}
        printf '%s\tarn:aws:rds:%s:123456789012:cluster:%s\n' "$([ "$place" = "$(<"$fake/writer")" ] && printf True || printf False)" "$place" "${file##*/}"
    done
}

rds_describe_global_clusters() {
    local wanted kind arn
    if [ -z "${option_global_cluster_identifier-}" ]; then
        [[ $query == "GlobalClusters[?GlobalClusterMembers[?DBClusterArn=='"*"' && !IsWriter]].[GlobalClusterIdentifier]" ]] || refuse "unknown query $query" 252
        wanted=${query#*\'} wanted=${wanted%%\'*}
        while IFS=$tab read -r kind arn; do
            [ "$arn/$kind" != "$wanted/False" ] || printf '%s\n' "$(cd "$fake"/world/*/AWS::RDS::GlobalCluster && printf '%s' *)"
        done < <(members)
        return
    fi
    find_global
    case $query in
        'GlobalClusters[0].DeletionProtection') had protected && truth ;;
        'GlobalClusters[0].Status') printf 'available\n' ;;
        'GlobalClusters[].GlobalClusterMembers[].[IsWriter,DBClusterArn]') members ;;
        "GlobalClusters[].GlobalClusterMembers[] | [?DBClusterArn=='"*"'].[IsWriter]")
            wanted=${query#*\'}
            wanted=${wanted%%\'*}
            while IFS=$tab read -r kind arn; do [ "$arn" != "$wanted" ] || printf '%s\n' "$kind"; done < <(members)
            ;;
        *) refuse "unknown query $query" 252 ;;
    esac
}

# A global database is seen from every Region.
find_global() {
    for thing in "$fake"/world/*/AWS::RDS::GlobalCluster/"$option_global_cluster_identifier"; do
        [ ! -f "$thing" ] || return 0
    done
    fault GlobalClusterNotFoundFault "$option_global_cluster_identifier not found"
}

rds_modify_global_cluster() {
    find_thing AWS::RDS::GlobalCluster "$option_global_cluster_identifier" '' GlobalClusterNotFoundFault
    now_has protected ''
}

rds_remove_from_global_cluster() {
    local arn=$option_db_cluster_identifier count
    [[ $arn == arn:aws:rds:$region:* ]] || fault InvalidDBClusterStateFault 'ask the Region of the member'
    find_thing AWS::RDS::DBCluster "${arn##*:}" '' DBClusterNotFoundFault
    count=$(members | wc -l)
    find_thing AWS::RDS::DBCluster "${arn##*:}" '' DBClusterNotFoundFault
    if [ "$region" = "$(<"$fake/writer")" ] && [ "$count" -gt 1 ]; then
        fault InvalidGlobalClusterStateFault 'the writer leaves last'
    fi
    now_has member ''
}

rds_delete_global_cluster() {
    find_thing AWS::RDS::GlobalCluster "$option_global_cluster_identifier" '' GlobalClusterNotFoundFault
    had protected
    [ -z "$had" ] || fault InvalidGlobalClusterStateFault 'deletion protection'
    [ -z "$(members)" ] || fault InvalidGlobalClusterStateFault 'it has members'
    rm -f "$fake/world/$region/AWS::RDS::GlobalCluster/$option_global_cluster_identifier"
}

# --- tables: the copies of a global table are named by the one that the stack made

find_table() {
    local place kind
    for place in "$fake"/world/*; do
        for kind in Table GlobalTable; do
            thing=$place/AWS::DynamoDB::$kind/$option_table_name
            [ -f "$thing" ] || continue
            had replicas
            if [ "$place" = "$world" ] || [ "$had" = "$region" ]; then return; fi
        done
    done
    fault ResourceNotFoundException "Requested resource not found: Table: $option_table_name not found"
}

dynamodb_describe_table() {
    find_table
    case $query in
        Table.DeletionProtectionEnabled) had "protected" && truth ;;
        Table.TableStatus) printf 'ACTIVE\n' ;;
        'Table.Replicas[].[RegionName]')
            had replicas
            [ -z "$had" ] || printf '%s\n' "$region" "$had"
            [ -n "$had" ] || printf 'None\n'
            ;;
        "Table.Replicas[?RegionName=='"*)
            had replicas
            [ -z "$had" ] || printf 'ACTIVE\n'
            [ -n "$had" ] || printf 'None\n'
            ;;
        *) refuse "unknown query $query" 252 ;;
    esac
}

dynamodb_update_table() {
    find_table
    if [ -n "${option_no_deletion_protection_enabled-}" ]; then
        now_has protected ''
    else
        had protected
        [ -z "$had" ] || fault ValidationException 'protected against deletion'
        had replicas
        [ "${option_replica_updates-}" = "Delete={RegionName=$had}" ] || refuse "unknown update ${option_replica_updates-}" 252
        now_has replicas ''
    fi
}

dynamodb_delete_table() {
    find_table
    had protected
    [ -z "$had" ] || fault ValidationException 'Resource cannot be deleted as it is currently protected against deletion.'
    had replicas
    [ -z "$had" ] || fault ValidationException 'it has replicas'
    rm -f "$thing"
}

# --- buckets

s3api_delete_bucket_replication() { find_thing AWS::S3::Bucket "$option_bucket" '' NoSuchBucket; }
s3api_delete_bucket_policy() { find_thing AWS::S3::Bucket "$option_bucket" '' NoSuchBucket; }

s3api_list_object_versions() {
    find_thing AWS::S3::Bucket "$option_bucket" '' NoSuchBucket
    [ "$form" = json ] && [ "$query" = '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}' ] || refuse "unknown query $query" 252
    had objects
    # Two a page, with a name that a careless script would run.
    case ${had:-0} in
        0) printf '{\n    "Objects": []\n}\n' ;;
        1) printf '{\n    "Objects": [\n        {\n            "Key": "a",\n            "VersionId": "1"\n        }\n    ]\n}\n' ;;
        *) printf '{\n    "Objects": [\n        {\n            "Key": "$(touch pwned)",\n            "VersionId": "1"\n        },\n        {\n            "Key": "b",\n            "VersionId": "null"\n        }\n    ]\n}\n' ;;
    esac
}

s3api_delete_objects() {
    find_thing AWS::S3::Bucket "$option_bucket" '' NoSuchBucket
    file_of delete
    had objects
    local count
    count=$(grep -c '"Key"' "$call.delete.json")
    now_has objects "$((had - count))"
    printf 'None\n'
}

s3api_delete_bucket() {
    find_thing AWS::S3::Bucket "$option_bucket" '' NoSuchBucket
    had objects
    [ "${had:-0}" = 0 ] || fault BucketNotEmpty 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.'
    rm -f "$thing"
}

# --- the rest

kms_schedule_key_deletion() {
    if [ ! -f "$world/AWS::KMS::Key/$option_key_id" ] && [ -f "$fake/expiring/$region-$option_key_id" ]; then
        fault KMSInvalidStateException "$option_key_id is pending deletion."
    fi
    find_thing AWS::KMS::Key "$option_key_id" '' NotFoundException
    [ "$option_pending_window_in_days" = 7 ] || fault ValidationException 'not the shortest window'
    mkdir -p "$fake/expiring"
    mv "$thing" "$fake/expiring/$region-$option_key_id"
}

secretsmanager_describe_secret() {
    find_thing AWS::SecretsManager::Secret "$option_secret_id" '' ResourceNotFoundException
    had replicas
    printf '%s\n' "${had:-None}"
}

secretsmanager_remove_regions_from_replication() {
    find_thing AWS::SecretsManager::Secret "$option_secret_id" '' ResourceNotFoundException
    had replicas
    [ "$option_remove_replica_regions" = "$had" ] || fault InvalidParameterException 'no such replica'
    now_has replicas ''
}

secretsmanager_delete_secret() {
    find_thing AWS::SecretsManager::Secret "$option_secret_id" '' ResourceNotFoundException
    had replicas
    [ -z "$had" ] || fault InvalidRequestException "You can't delete secret $option_secret_id that still has replica regions"
    [ -n "${option_force_delete_without_recovery-}" ] || refuse 'a secret stays for 30 days' 252
    rm -f "$thing"
}

logs_delete_log_group() {
    find_thing AWS::Logs::LogGroup "$option_log_group_name" '' ResourceNotFoundException
    rm -f "$thing"
}

sqs_delete_queue() {
    find_thing AWS::SQS::Queue "$option_queue_url" '' AWS.SimpleQueueService.NonExistentQueue
    rm -f "$thing"
}
